"""What the built-in reviews are made of: the templates of each phenomenon and split, the clauses they share.

A line is one template; `[a|b]` is a choice and `{...}` a slot, explained in `grammar`. `+` stands for the
label of the review and `-` for its opposite, so one line writes both labels; a line that begins with `P:` or
`N:` makes sense for one of them only, its signs still relative to that label. No line stands in two splits.
"""

CLAUSES: dict[str, tuple[str, ...]] = {  # `@` is the reference that the slot was given
    # an aspect with a predicate
    "claim": (
        "the {@} {be.@} {+adj.@}",
        "the {@} {be.@} {+adj.@}",
        "the {@} {be.@} {very} {+adj.@}",
        "the {@} {be.@} {+adj.@} and {+adj.@}",
        "the {@} {seem.@} {+adj.@}",
        "I found the {@} {+adj.@}",
        "the {@} {+act.@}",
        "the {@} {+affect.@} [me|us]",
        "[I|we] {+love.ed} the {@}",
    ),
    # the same, by denying the opposite
    "denial": (
        "the {@} {be.@}n't {-adj.@}",
        "the {@} {be.@} not {-adj.@}",
        "the {@} {do.@}n't {-act.to}",
        "the {@} {do.@} not {-affect.to} [me|us]",
        "[I|we] did not {-love.to} the {@}",
    ),
    # the thing as a whole with a predicate
    "whole": (
        "[this|the] {thing} {be} {+adj}",
        "[this|the] {thing} {be} {very} {+adj}",
        "[this|the] {thing} {+affect} [me|us]",
        "[this|the] {thing} {+idiom}",
        "it {be} a {+noun}",
        "it {be} a {+adj} {thing}",
        "it {+idiom}",
        "[I|we] {+love.ed} [it|this {thing}]",
        "[this|the] {thing} {be} {+manner} {made}",
        "it {be} full of {+quality}",
        "I was {+felt}",
    ),
    # a predicate of the whole
    "vp": (
        "{be} {+adj}",
        "{be} {very} {+adj}",
        "{be} {+adj} and {+adj}",
        "{be} a {+noun}",
        "{+affect} [me|us]",
        "{+act}",
        "{+idiom}",
        "{be} full of {+quality}",
        "{be} {+manner} {made}",
    ),
    # the whole as a noun phrase
    "np": (
        "a {+adj} {thing}",
        "a {+adj} and {+adj} {thing}",
        "a {+adj}, {+adj} {thing}",
        "a {very} {+adj} {thing}",
        "a {thing} full of {+quality}",
        "a {+manner} {made} {thing}",
        "a {+noun}",
    ),
}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def _splits(train: str, validation: str, test: str) -> dict[str, tuple[str, ...]]:
    return {"train": _lines(train), "validation": _lines(validation), "test": _lines(test)}


# A sentence without an opinion that may stand before the review.
OPENERS = _splits(
    train="""
        I {try.ed} it {when}.
        we {try.ed} this {thing} {when}, {company}.
        {friend} and I {try.ed} it {when}.
        [this was|it was] my [first|second|third] {thing} [this year|this month].
        it was raining, so we {try.ed} it.
        I had some free time and {try.ed} this {thing} {company}.
        we are talking about the {thing} that I {try.ed} {when}.
        [a few words|some notes|a short review] about [this|the] {thing}.
        {when} I {try.ed} it {company}.
        I read about this {thing} in the papers.
        you may have heard of this {thing}.
        there is a lot to say about this {thing}.
    """,
    validation="""
        {friend} and I {try.ed} this {thing} {company}.
        it was {when} that I {try.ed} this {thing}.
        a few words about the {thing} we {try.ed} {when}.
    """,
    test="""
        we had some free time {when} and {try.ed} it.
        a short review of a {thing} that I {try.ed} {company}.
        {when}, {friend} and I {try.ed} this {thing}.
        {company}, I {try.ed} it {when}.
    """,
)

# A plain sentence that may conclude the review, on the side of the label.
CLOSERS = _splits(
    train="""
        {+whole}.
        {+claim.a}.
        {+claim.a}[, too| as well].
        I was {+felt}.
        {+np}[.|!]
        [in short|all in all|simply put], {+whole}.
        [in short|all in all|simply put]: {+adj}.
        {+advice}.
        {+whole}: {+advice}.
        and {+claim.a}.
        it {+vp}.
        a {+noun}, and {+manner} {made}.
        I {+love.ed} it, and I {+love.ed} the {a}.
        so I was {+felt}.
        {+adj} and {+adj}.
    """,
    validation="""
        in a word, {+adj}.
        we {+love.ed} the {a} and were {+felt}.
        {+np} that {+vp}.
        and so {+advice}.
    """,
    test="""
        in short, we were {+felt}.
        and it {+vp}, too.
        all in all {+np}, {+manner} {made}.
        we all {+love.ed} the {+adj.a} {a}.
    """,
)

TEMPLATES: dict[str, dict[str, tuple[str, ...]]] = {}

TEMPLATES["plain"] = _splits(
    train="""
        {+whole}.
        {+whole}. {+advice}.
        {+claim.a}, and {+claim.b}.
        {+claim.a}, {+claim.b}, and {+whole}.
        {+whole}, and {+claim.a}.
        {+whole}. {+claim.a}.
        {+np}[.|!]
        {+np}, and {+claim.a}.
        {+np}: {+claim.a}.
        {+np} with {+detail.a}.
        {+np} with {+detail.a} and {+detail.b}.
        what {+np}! {+advice}.
        I {+love.ed} the {a}, the {b} and the {c}.
        I {+love.ed} the {+adj.a} {a} and the {+adj.b} {b}.
        this {thing} {+vp}, and it {+vp}.
        {+adj}, {+adj} and {+adj}[.|!]
        {+adj.a} {a}, {+adj.b} {b}, {+adj.c} {c}.
        {+manner} {made}, {+manner} {made} and {+adj}.
        [from start to finish|all in all|in short|in a word|simply put], {+whole}.
        one of the {+best} {things} [of the year|in years|I know].
        the {+best} {thing} I have {try.ed} [this year|in years|in a long time].
        everything about this {thing} {+affect} [me|us].
        [the|its] {a} and the {b} {be.they} {+adj.b}, [and so is the rest|like everything else].
        {+advice}: {+claim.a}.
        the {+adj.a} {a} left me {+felt}.
        the {thing} {+idiom} and {+idiom}.
        a {thing} that {+vp}.
        a {+adj} {thing} that {+idiom}.
        so {+adj}, so {+adj}, so full of {+quality}.
        we all {+love.ed} it, because {+claim.a}.
        it {+affect} with its {+adj.a} {a}.
        full of {+quality} and {+quality}, it {+vp}.
        its {a} {+act.a}, its {b} {+act.b}, and it {+vp}.
        {+quality}, {+quality} and {+detail.a}: {+whole}.
    """,
    validation="""
        {+claim.a}; {+claim.b}; {+claim.c}.
        [in short|all in all], {+np} that {+idiom}.
        it {+vp} from start to finish, and I {+love.ed} its {a}.
        {+adj} in every way, with {+detail.a}.
        I was {+felt}, because it {+vp}.
    """,
    test="""
        the {a} {be.a} {+adj.a}, as {be.they} the {b} and the {c}, and it {+vp}.
        the {a} {+act.a} because {+claim.b}.
        with its {+adj.a} {a} and its {+adj.b} {b}, this {thing} {+vp}.
        full of {+quality}, {+quality} and {+detail.a}. {+claim.b}.
        {+adj} and full of {+quality}, this {+adj} {thing} {+idiom}.
        every part of this {thing} {+affect} us: {+claim.a}, {+claim.b}.
    """,
)

TEMPLATES["negation"] = _splits(
    train="""
        {+denial.a}.
        {+denial.a}, and {+denial.b}.
        the {a} {be.a}n't {-adj.a} at all.
        it {be} not a {-noun}, and {+denial.a}.
        it {be} not {-adj}.
        this {thing} {do}n't {-act.to}.
        this {thing} {do} not {-affect.to} [me|us] [at all|].
        I did not {-love.to} [it|the {a}] [one bit|at all|].
        there {be} nothing {-adj} about [it|this {thing}|the {a}].
        nothing in this {thing} {-affect} [me|us].
        [it|this {thing}] has no {-quality} and no {-quality}.
        there is not a trace of {-quality} in [it|this {thing}|the {a}].
        a {thing} without {-quality} and without {-quality}.
        [nobody|no one|none of us] [could|would] [call|find|think] the {a} {-adj.a}.
        [nobody|no one|none of us] [could|can|will] [claim|believe|think] that {-claim.a}.
        I [would not|wouldn't|will not] [say|claim] that [{-claim.a}|{-whole}].
        I [would not|wouldn't|will not] call [it|this {thing}] [{-adj}|a {-noun}].
        at no point did [it|this {thing}] {-affect.to} [me|us].
        not once did the {a} {-act.to}.
        neither the {a} nor the {b} {be.b} {-adj.b}.
        not only {be.a} the {a} {+adj.a}, the {b} {be.b} {+adj.b} too.
        it {be} not just {+adj}, it {be} {+adj}.
        I have never {try.ed} a {thing} [so|this] {+adj}.
        I have never {try.ed} anything more {+adj}.
        it {be} not {-adj} but {+adj}.
        not {-adj}, not {-adj}, just {+adj}.
        I [can't|cannot] [say|claim] [that|] {-claim.a}.
        I [don't|do not] [think|believe] [that|] [{-claim.a}|{-whole}].
        nobody in our group {-love.ed} it.
        nobody [was|felt] {-felt}, and {+denial.a}.
        I was [not|never] {-felt}.
        it [is|was] [not|hardly] [true|right] that {-claim.a}.
        it [would be|is|was] wrong to [say|think|claim] that {-claim.a}.
        there {be} nothing in it that {-affect} [me|us].
        there {be} nothing I {-love.ed} about it.
        I have not {try.ed} a {+comparative} {thing} [in years|for a long time].
        {+denial.a} and {+denial.b}, and {+claim.c}.
        {+denial.a}, and {+claim.b}.
        {+claim.a}, and {+denial.b}.
        {+claim.a}; {+denial.b}.
        [you|we|they] will not be {-felt}.
        [we|they] were [not|never] {-felt} [at all|], and {+claim.a}.
        I had not {try.ed} a {thing} [so|this] {+adj} [for a long time|in years].
        N: the {a} failed to {-affect.to} [me|us].
        N: it lacks {-quality} and {-quality}.
        P: it {be} free of {-quality}, and {+denial.a}.
        there {be} no {-adj} {thing} here: {+claim.a}.
        I never {-love.ed} it, not for a moment.
        no other {thing} has {+affect.ed} me so much.
        you will not find {-detail.a} or {-quality} here.
        no doubt about it: {+claim.a}.
    """,
    validation="""
        I don't think anybody could call the {a} {-adj.a}.
        not for a moment did it {-act.to}.
        nothing about the {a} {be} {-adj.a}, and nothing about the {b} {be} {-adj.b}.
        it {be} no {-noun}, and {+claim.a}.
        not only did it {+affect.to} me, {+claim.a}.
    """,
    test="""
        nobody would say that {-claim.a}.
        at no point {be.a} the {a} {-adj.a}, and not once did it {-affect.to} us.
        I do not think this {thing} is a {-noun}, and {+claim.a}.
        there is nothing in it that I {-love.ed}, and no {-quality}.
        I have not {try.ed} anything so {+adj} in years.
        you will not be {-felt}: {+claim.a}.
    """,
)

TEMPLATES["contrast"] = _splits(
    train="""
        {-claim.a}, [but|yet] {+claim.b}.
        {-claim.a}. [still|however|nevertheless], {+claim.b}.
        {-claim.a}, but {+whole}.
        {-claim.a}; [even so|all the same|that said], {+whole}.
        {-claim.a} and {-claim.b}, but {+whole}.
        it {be} {-adj} at first, but {+adj} [in the end|later].
        it {be} {-adj} but {+adj}.
        it {be} {-adj}, [but also|yet] {+adj}, and {+claim.a}.
        I {-love.ed} the {a}, but [not|] the rest: {+whole}.
        what began as a {-noun} [turned into|became|ended as] a {+noun}.
        yes, {-claim.a}. but {+claim.b}.
        true, {-claim.a}, but in the end {+whole}.
        the {a} may be {-adj.a}, but {+claim.b}.
        the {a} might {-affect.to} some people, but {+whole}.
        I wanted to {-love.to} it, but {+whole}.
        I was ready to {-love.to} it, yet {+claim.a}.
        it has {-quality}, but above all it has {+quality}.
        {-np}, but {+np} [all the same|in the end].
        at first {-claim.a}; in the end {+claim.b}.
        it looks {-adj}, but it {be} {+adj}.
        the {a} {be.a} {-adj.a}, the {b} {be.b} {-adj.b}, yet it {+vp}.
        {-detail.a}, {-detail.b}, but {+np}.
        {-claim.a}. but what counts is that {+claim.b}.
        it {-vp} for a while, but then it {+vp}.
        {-claim.a}. on the other hand, {+claim.b} and {+claim.c}.
        some of it {be} {-adj}, but most of it {be} {+adj}.
        only the {a} {be.a} {-adj.a}; the rest {+vp}.
        {+claim.a}, and {+claim.b}. only the {c} {be.c} {-adj.c}.
        apart from the {-adj.a} {a}, {+whole}.
        {+whole}, apart from the {-adj.a} {a}.
        [everything|all of it] {be} {+adj} except the {a}, which {be.a} {-adj.a}.
        I was {-felt} at first, but later I was {+felt}.
    """,
    validation="""
        {-whole} at first. in the end, however, {+claim.a}.
        it might look {-adj}, but {+claim.a}, and it {+vp}.
        I {-love.ed} the {a} and the {b}, but what counts is that {+whole}.
        {-adj} for a while, yet {+adj} in the end.
        {+whole}; only the {a} {be.a} {-adj.a}.
    """,
    test="""
        it began as {-np}, but it turned into {+np}.
        true, it {be} {-adj} at first. nevertheless, {+claim.a}.
        some people may find the {a} {-adj.a}, but I was {+felt}.
        {-claim.a}, {-claim.b}, and yet {+whole}.
        I was ready for a {-noun}, but it {+vp}.
        apart from a {-adj} start, it {+vp}.
        the {a}: {-adj.a}. the {b}: {-adj.b}. but the rest {+vp}.
    """,
)

TEMPLATES["intensifier"] = _splits(
    train="""
        the {a} {be.a} {flip} {-adj.a}.
        the {a} {be.a} {keep} {+adj.a}.
        this {thing} {be} {flip} {-adj}.
        this {thing} {be} {keep} {+adj}.
        it {be} {flip} {-adj}, and the {a} {be.a} {keep} {+adj.a}.
        it {be} {flip} {-adj} and {flip} {-adj}.
        I would call [it|the {a}] {flip} {-adj}.
        I found [it|the whole {thing}] {keep} {+adj} [from start to finish|].
        I found the {a} {flip} {-adj.a}.
        we thought the {a} {flip} {-adj.a} and the {b} {keep} {+adj.b}.
        {flip} {-adj}, this {thing} {+vp}.
        {keep} {+adj}, this {thing} {+vp}.
        a {thing} that {be} {flip} {-adj}.
        a {thing} whose {a} {be.a} {keep} {+adj.a}.
        the {a} could not be more {+adj.a}.
        the {a} could not be less {-adj.a}.
        it could hardly be more {+adj}.
        it could hardly be less {-adj}.
        the {a} {be.a} as {+adj.a} as [can be|it gets].
        it {be} every bit as {+adj} as people say.
        N: it tries [far too|too|so very] hard to be {-adj}.
        N: it {be} barely {-adj}.
        N: the {a} {be.a} only [mildly|vaguely|occasionally] {-adj.a}.
        it {be} nothing [short of|but|less than] a {+noun}.
        it {be} [anything but|hardly|far from being|by no means] a {-noun}.
        so {+adj} that I {+love.ed} every [minute|moment|bit] of it.
        it [rarely|seldom|hardly ever] {-act}.
        the {a} [always|constantly|consistently] {+act.a}.
        [this {thing}|it] {be} {flip} what you would call {-adj}.
        there is hardly any {-quality} in it.
        there is plenty of {+quality} in it.
        I was {flip} {-felt}.
        we found it {flip} {-adj}, and {+claim.a}.
        I was {keep} {+felt}.
        {+claim.a}, and the {b} {be.b} {flip} {-adj.b}.
        all of it {+vp}, and the {a} {be.a} {flip} {-adj.a}.
    """,
    validation="""
        {flip} {-adj}, and {keep} {+adj}.
        I found the {a} {keep} {+adj.a} and the {b} {flip} {-adj.b}.
        it could not be more {+adj} or less {-adj}.
        the whole {thing} {be} {flip} {-adj}; it [rarely|seldom] {-act}.
        people call it {+adj}, and it {be} {keep} {+adj}.
    """,
    test="""
        we found this {thing} {flip} {-adj}.
        the {a}, {flip} {-adj.a}, {+act.a}.
        the {a}, {keep} {+adj.a}, {+act.a}.
        hardly a {-noun}: the {a} {be.a} {keep} {+adj.a}.
        a {thing} whose {a} {be.a} {flip} {-adj.a} and which seldom {-act}.
        it {be} {flip} what I call {-adj}.
        I would call the {a} {keep} {+adj.a} and the rest {flip} {-adj}.
    """,
)

TEMPLATES["comparison"] = _splits(
    train="""
        this {thing} {+beats} {other}[| in every way| by a mile| on every count].
        {other} {-beats} this {thing}[| in every way| by a mile| on every count].
        it {+beats} {other}, and {+claim.a}.
        {other} {-beats} this one.
        [compared with|next to|beside] {other}, [this one|this {thing}|it] {be} {+comparative}.
        [compared with|next to|beside] this {thing}, {other} {be} {-comparative}.
        [compared with|next to|beside] {other}, this {thing} {be} [a {+noun}|{+adj}].
        [compared with|next to|beside] this {thing}, {other} {be} [a {-noun}|{-adj}].
        it {be} {+comparative} than [I|we] [expected|had expected|thought].
        the {a} {be.a} {+comparative} than [expected|in {other}].
        the {a} in {other} {be.a} {-comparative} [by a mile|].
        {other} {be} {-comparative} than this {thing}.
        this {thing} {be} {+comparative} than {other}.
        it {be} not as {-adj} as I had {-hoped}.
        it {be} [even|far] {+comparative} than I had {+hoped}.
        {other} {be} not [half|nearly] as {+adj} as this {thing}.
        this {thing} {be} not [half|nearly] as {-adj} as {other}.
        P: I would rather {try.to} this {thing} than {other}.
        N: I would rather {try.to} {other} than this {thing}.
        P: give me this {thing} over {other} any day.
        N: give me {other} over this {thing} any day.
        it {be} less {-adj} and more {+adj} than {other}.
        {other} {be} {-adj}, [but|and] this one {be} not.
        {other} {be} {-adj}; this {thing} {be} {+adj}.
        this {thing} {be} {+adj}; {other} {be} {-adj}.
        unlike {other}, this {thing} {+vp}.
        whereas {other} {-vp}, this {thing} {+vp}.
        whereas this {thing} {+vp}, {other} {-vp}.
        unlike this {thing}, {other} {-vp}.
        {other} {-vp}, unlike this {thing}.
        this {thing} {+vp}, unlike {other}.
        where {other} {-affect} [me|us], this one {+affect} [me|us].
        where this one {+affect} [me|us], {other} {-affect} [me|us].
        {other} {-affect} [me|us] where this {thing} {+affect} [me|us].
        {other} has {-quality} where this {thing} has {+quality}.
        I {+love.ed} this {thing} as much as I {-love.ed} {other}.
        I {-love.ed} {other} as much as I {+love.ed} this {thing}.
        {other} {be} [{-adj}|a {-noun}], and this {thing} {+beats} it [by a mile|with ease].
        I expected {other} to be {+comparative}, and I was wrong: this {thing} {+beats} it.
        I [thought|think] that this {thing} {+beats} {other}.
        I [thought|think] that {other} {-beats} this {thing}.
        few {things} are {+comparative} than this one.
        most {things} are {-comparative} than this one.
        I {-love.ed} {other}, but I {+love.ed} this one.
        I {+love.ed} this one, but I {-love.ed} {other}.
    """,
    validation="""
        put next to {other}, this {thing} {+vp}.
        put next to this {thing}, {other} {-vp}.
        {other} {be} {-comparative}, and its {a} {be.a} {-adj.a}; this one {be} {+comparative}.
        I expected {other} to be {+comparative} than this one, but this {thing} {+beats} it.
        this one {+affect} [me|us] where {other} {-affect} [me|us].
    """,
    test="""
        {other} {-vp}; not so this {thing}: {+claim.a}.
        this {thing} {be} {+adj}, whereas {other} {be} {-adj}.
        {other} {be} {-adj}, whereas this {thing} {be} {+adj}.
        I {try.ed} this {thing} and {other}: this one {be} {+comparative}.
        I {try.ed} this {thing} and {other}: {other} {be} {-comparative}.
        we thought that {other} {-beats} this {thing}, and we were right.
        far {+comparative} than {other}, this {thing} {+affect} us.
    """,
)

TEMPLATES["concession"] = _splits(
    train="""
        [although|though|even though] {-claim.a}, {+claim.b}.
        {+claim.b}, [although|though|even though] {-claim.a}.
        [although|though|even though] {-claim.a}, {+whole}.
        {+whole}, [although|though|even though] {-claim.a}.
        [although|even though] it {be} {-adj}, it {+vp}.
        it {+vp}, [although|even though] it {be} {-adj}.
        [despite|in spite of] the {-adj.a} {a}, {+whole}.
        [despite|in spite of] the {-adj.a} {a}, {+claim.b}.
        {+whole}, [despite|in spite of] the {-adj.a} {a}.
        {+claim.b}, [despite|in spite of] the {-adj.a} {a}.
        for all its {-quality}, it {+vp}.
        it {+vp}, for all its {-quality}.
        while {-claim.a}, {+claim.b}.
        {+claim.a}, while {-claim.b}, [and that is what counts|] all in all {+whole}.
        [granted|admittedly], {-claim.a}. {+whole}.
        [granted|admittedly], {-claim.a}, and {-claim.b}. {+whole}.
        even if {-claim.a}, {+whole}.
        {+whole}, even if {-claim.a}.
        however {-adj.a} the {a} may be, {+claim.b}.
        {+claim.b}, however {-adj.a} the {a} may be.
        {-adj.a} as the {a} {be.a}, {+whole}.
        no matter how {-adj.a} the {a} {be.a}, {+whole}.
        {+whole}, no matter how {-adj.a} the {a} {be.a}.
        I {+love.ed} it in spite of its {-quality}.
        regardless of the {-adj.a} {a}, {+claim.b}.
        {+claim.b}, regardless of the {-adj.a} {a}.
        it {be} {+adj}, if [a little|somewhat] {-adj}.
        a {+adj} if [a little|somewhat] {-adj} {thing}.
        it {be} a {+noun}, albeit a {-adj} one.
        its {a} {be.a} {+adj.a}, albeit {-adj.a}.
        whatever one may say about the {-adj.a} {a}, {+claim.b}.
        it [manages|managed] to be {+adj} even though {-claim.a}.
        {-claim.a}, I admit. {+whole}.
    """,
    validation="""
        I admit that {-claim.a}. {+claim.b}, though.
        even with {-detail.a}, {+whole}.
        {+whole}, {-adj.a} as the {a} {be.a}.
        [although|though] I {-love.ed} the {a}, the {b} and the {c}, it {+vp}.
        regardless of how {-adj.a} the {a} {be.a}, {+claim.b}.
    """,
    test="""
        the {a}, although {-adj.a}, {+affect.a} us, and {+claim.b}.
        the {a}, though {-adj.a} and {-adj.a}, {+act.a}.
        {+claim.a}, and {+claim.b}, in spite of its {-quality}.
        no matter how {-adj} it {be}, it {+vp}.
        {+np}, even if {-claim.a} and {-claim.b}.
        it {+vp}, however {-adj.a} its {a} and its {b} may be.
        for all its {-quality} and its {-adj.a} {a}, I {+love.ed} it.
    """,
)

TEMPLATES["double negation"] = _splits(
    train="""
        P: it {be} not without {+quality}.
        P: the {a} {be.a} not without {+quality}.
        N: it {be} not free of {+quality}.
        it never fails to {+affect.to}, and {+claim.a}.
        the {a} {do.a} not fail to {+affect.to} [me|us].
        I [can't|cannot] [say|claim] [that|] {-denial.a}.
        I can't say I did not {+love.to} [it|this {thing}].
        I [would not|wouldn't|will not] [say|think] that {-denial.a}.
        I [don't|do not] think [that|] {-denial.a}.
        it [is|was] [not|hardly] [true|right] that {-denial.a}.
        it [would be|is|was] wrong to [say|think|claim] that {-denial.a}.
        [nobody|no one|none of us] [could|can|will] [claim|believe|think] that {-denial.a}.
        it {be} impossible not to {+love.to} [it|the {a}|this {thing}].
        you cannot help but {+love.to} [it|the {a}].
        nobody can deny that {+claim.a}.
        [nobody|no one] [ever|] denied that {+claim.a}.
        I do not deny that {+whole}.
        there is no denying that {+claim.a}.
        it {do}n't lack {+quality}.
        there {be} not a [moment|minute|detail] that {do}n't {+affect.to} [me|us].
        there {be} nothing that {do}n't {+affect.to} [me|us].
        nobody who {try.ed} it did not {+love.to} it.
        not one of us did not {+love.to} it.
        nobody would disagree that {+claim.a}.
        it is not that the {a} {be.a}n't {-adj.a}; it is that the {b} {be.b} {+adj.b}.
        it is not as if the {a} {be.a} not {+adj.a}.
        the {a} {be.a} never anything other than {+adj.a}.
        nobody who {try.ed} it was not {+felt}.
        no one left without being {+felt}.
        I don't doubt that {+claim.a}.
        I do not regret saying that {+claim.a}.
        do not think that {-denial.a}.
    """,
    validation="""
        I would not claim that {-denial.a}.
        nobody would deny that the {a} {be.a} {+adj.a}.
        it is impossible to say that {-denial.a}.
        there is nothing about it that I did not {+love.to}.
        I don't think it fails to {+affect.to}.
    """,
    test="""
        nobody can say that {-denial.a}.
        it {do} not fail to {+affect.to}, and there is no denying that {+claim.a}.
        I do not believe that {-denial.a}.
        not once did it fail to {+affect.to} us.
        it cannot be denied that {+claim.a}.
        there {be} no moment that I did not {+love.to}.
    """,
)

TEMPLATES["hypothetical"] = _splits(
    train="""
        N: I wish [it|the {a}] had been [{-comparative}|more {-adj}].
        N: I wish the {a} were {-adj.a}.
        N: if only [it|the {a}] had been [{-adj}|{-comparative}]!
        N: if only the {a} had been as {-adj.a} as the advertisement promised.
        N: it [could|should|might] have been {-adj}.
        N: I [hoped|wished] for a {-noun} and got a {+noun}.
        P: I feared a {-noun} and got a {+noun}.
        P: I wish [every {thing}|all of them] had been [this|so] {+adj}.
        P: I wish I had {try.ed} it [sooner|earlier|years ago].
        P: I only wish it had been longer, because {+claim.a}.
        N: I wish I had never {try.ed} it.
        N: I wish it had been shorter, because {+claim.a}.
        if [every|each] {thing} were this {+adj}, {+would}.
        if all {things} were like this one, {+would}.
        it [would|could] have been {-adj} {-condition}.
        {-condition}, it [would|could] have been {-adj}.
        {-condition}, the {a} [would|could] have been {-adj.a}.
        it would be {-adj} if it were not so {+adj}.
        it would be a {-noun} if the {a} were not so {+adj.a}.
        had [it|the {a}] been {-comparative}, I would have {-love.ed} it.
        I would have {-love.ed} it if the {a} had been {-adj.a}.
        I would {-love.to} it if the {a} were {-adj.a}.
        it [should|could] have been {-adj}, but it {be} not.
        it could have been a {-noun}; instead, it {be} a {+noun}.
        it could have been so much {-comparative}.
        I kept waiting for it to {-act.to}, but it never did.
        I kept waiting for the {a} to become {-adj.a}, in vain.
        I expected to be {-felt}, and I was {+felt}.
        I expected a {-noun} and got a {+noun}.
        I expected it to be {-adj}, and it {be} not.
        I expected it to be {+adj}, and it {be}.
        anybody who expects a {-noun} will be surprised.
        if you want [a {-adj} {thing}|{-detail.a}], look somewhere else.
        if you want [a {+adj} {thing}|{+detail.a}], this is the one for you.
        if it were {-adj}, I would say so.
    """,
    validation="""
        had the {a} been {-adj.a}, it would have been a {-noun}.
        N: if only it were as {-adj} as I had hoped!
        P: I wish I had {try.ed} it earlier, because it {+vp}.
        {-condition}, I would have {-love.ed} it.
        I expected the {a} to {-act.to}, but in vain.
    """,
    test="""
        N: I wish I could say that {-claim.a}.
        P: if only all {things} were so {+adj}!
        if it had been {-comparative}, I would have {-love.ed} it.
        I kept waiting for a {-noun} and got a {+noun}.
        the {a} could have been {-adj.a}; instead, {+claim.b}.
        {-condition}, this would have been {-np}.
        if you expected {-np}, look somewhere else: {+claim.a}.
    """,
)

TEMPLATES["attribution"] = _splits(
    train="""
        {who} called it {-adj}, but {he.who} {wrong}.
        {who} called it {+adj}, and {he.who} {right}.
        {who} called it {-np}. {he.who} {wrong}.
        {who} called it {+np}. {he.who} {right}.
        {who} [said|thought|claimed] that {-claim.a}. {he.who} {wrong}.
        {who} [said|thought|claimed] that {+claim.a}. {he.who} {right}.
        when {who} said that {-whole}, {he.who} {wrong}.
        when {who} said that {+whole}, {he.who} {right}.
        {who} {-love.ed} it. {disagree}.
        {who} {+love.ed} it, and {agree}.
        {who} found the {a} {-adj.a}; {disagree}.
        {who} found the {a} {+adj.a}; {agree}.
        according to {who}, {-claim.a}. {disagree}.
        according to {who}, {+claim.a}. {agree}.
        {who} said I would {-love.to} it, but {he.who} {wrong}.
        {who} said I would {+love.to} it, and {he.who} {right}.
        {who} promised me a {-noun}; what I got was a {+noun}.
        "{-adj}," said {who}. I call it {+adj}.
        I call it {+adj}. "{-adj}," said {who}.
        "{-np}!" said {who}. {disagree}.
        "{+np}!" said {who}. {agree}.
        {who} [said|thought] that {-claim.a} and that {-claim.b}. {he.who} {wrong}.
        {who} [said|thought] that {+claim.a} and that {+claim.b}. {he.who} {right}.
        {who} [said|claimed] that {-claim.a}. {disagree}.
        {who} [said|claimed] that {+claim.a}. {agree}.
        {who} called it {-np}. {disagree}.
        {who} called it {+np}. {agree}.
        "{-adj} and {-adj}," wrote {who}. {he.who} {wrong}.
        "{+adj} and {+adj}," wrote {who}. {he.who} {right}.
        {who} {-love.ed} it; I {+love.ed} it.
        I {+love.ed} it, but {who} {-love.ed} it.
        I was {+felt}; {who} {was.who} not.
        {who} {was.who} {-felt}; I was not.
        I found it {+adj}, whatever {who} said about the {-adj.a} {a}.
        some say that {-claim.a}, but I say that {+claim.b}.
        I say that {+claim.a}, but some say that {-claim.b}.
        don't believe anyone who says that {-claim.a}.
        you can believe anyone who says that {+claim.a}.
        I don't know what {who} meant by {-adj}: {+whole}.
        now I know what {who} meant by {+adj}.
        {who} {-love.ed} it as much as I {+love.ed} it.
        if {who} told you that {-claim.a}, {he.who} {wrong}.
        if {who} told you that {+claim.a}, {he.who} {right}.
    """,
    validation="""
        {who} wrote that {-claim.a} and that {-claim.b}. {disagree}.
        {who} wrote that {+claim.a} and that {+claim.b}. {agree}.
        {who} promised me that I would {-love.to} it, but {he.who} {wrong}.
        I know that {who} {-love.ed} the {a}, but I {+love.ed} it.
        "{-np}," {who} said. but {+whole}.
    """,
    test="""
        {who} told me that {-claim.a}, but {he.who} {wrong}.
        {who} told me that {+claim.a}, and {he.who} {right}.
        "what {-np}," said {who}. {disagree}.
        "what {+np}," said {who}. {agree}.
        the {a} left {who} {-felt} but left me {+felt}.
        the {a} left me {+felt}, but {who} {was.who} {-felt}.
        whatever {who} said about its {-quality}, I {+love.ed} it.
    """,
)
