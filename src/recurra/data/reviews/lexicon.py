"""The words of the built-in reviews: evaluative words in pairs (positive, negative), domains, phrases.

A list is one string, its entries separated by commas. `general` words fit every domain, the other groups fit
the domains and aspects that name them. A word whose side depends on what it describes (`slow`, `thin`) stands
only in the groups where it is plain.
"""

from dataclasses import dataclass

Words = tuple[str, ...]
Pair = tuple[Words, Words]
"""The positive words and the negative words."""


def words(text: str) -> Words:
    """The entries of a comma-separated list, white space normalised."""
    return tuple(" ".join(entry.split()) for entry in text.split(","))


def pair(positive: str, negative: str) -> Pair:
    return words(positive), words(negative)


ADJECTIVES: dict[str, Pair] = {
    "general": pair(
        """good, great, excellent, superb, wonderful, fantastic, terrific, brilliant, outstanding, marvelous,
        splendid, lovely, delightful, fine, impressive, remarkable, exceptional, first-rate, stunning,
        magnificent, fabulous, amazing, phenomenal, admirable, pleasing, enjoyable, perfect, flawless, solid,
        likable, appealing, refreshing, charming, satisfying, memorable, special, top-notch, smart, clever,
        polished, pleasant, commendable, strong, beautiful, inspired, extraordinary, sublime, incredible,
        nice, worthwhile, rewarding, winning, stellar, superior, glorious, masterly, praiseworthy,
        unforgettable, welcome, accomplished""",
        """bad, awful, terrible, horrible, dreadful, poor, lousy, appalling, atrocious, abysmal,
        disappointing, mediocre, weak, pathetic, dismal, second-rate, shoddy, lackluster, unpleasant,
        miserable, lame, inferior, unacceptable, annoying, irritating, frustrating, forgettable, sloppy,
        careless, clumsy, hopeless, ridiculous, pointless, useless, worthless, laughable, embarrassing,
        inept, amateurish, crude, cheap, unimpressive, underwhelming, unsatisfying, regrettable, ghastly,
        woeful, rotten, deplorable, wretched, disastrous, lazy, subpar, nasty, inadequate, pitiful, horrid,
        disagreeable, tacky, off-putting""",
    ),
    "story": pair(
        """gripping, moving, touching, funny, witty, hilarious, tender, absorbing, engrossing, captivating,
        compelling, riveting, thrilling, suspenseful, poignant, heartfelt, thoughtful, insightful,
        intelligent, original, inventive, imaginative, fresh, surprising, provocative, powerful, haunting,
        hypnotic, mesmerizing, enchanting, magical, uplifting, inspiring, heartwarming, bittersweet, honest,
        humane, compassionate, perceptive, profound, subtle, layered, complex, rich, lively, exhilarating,
        exciting, entertaining, amusing, playful, sly, daring, bold, ambitious, audacious, sincere, warm,
        graceful, lyrical, poetic, stirring, affecting, intriguing, fascinating, engaging, spirited,
        energetic, exuberant, joyous, irresistible, taut, tense, well-made, well-crafted, authentic,
        believable, resonant, wise, timeless, delicate, wry, sharp, crisp, vivid, evocative, seductive,
        sweet, endearing, disarming, sophisticated, quirky, offbeat, hopeful, beguiling, spellbinding,
        cathartic, soulful, intimate, visceral, breathtaking, buoyant, enlightening, penetrating,
        unpretentious, unflinching, sensitive""",
        """dull, boring, tedious, predictable, contrived, muddled, cliched, trite, shallow, hollow, lifeless,
        flat, bland, stale, tired, formulaic, derivative, unoriginal, pretentious, preachy, sappy, mawkish,
        sentimental, manipulative, overlong, bloated, plodding, sluggish, lethargic, listless, aimless,
        meandering, incoherent, confusing, messy, convoluted, implausible, unconvincing, unfunny, humorless,
        joyless, charmless, witless, mindless, stupid, silly, dumb, inane, idiotic, moronic, absurd,
        juvenile, vulgar, tasteless, offensive, ugly, cold, dreary, bleak, grim, gloomy, heavy-handed,
        clunky, leaden, stilted, forced, artificial, phony, superficial, empty, vapid, insipid, thin, slight,
        half-baked, undercooked, uneven, disjointed, choppy, repetitive, monotonous, exhausting, tiresome,
        unbearable, excruciating, interminable, overwrought, melodramatic, hackneyed, generic, unimaginative,
        uninspired, soulless, self-indulgent, smug, cynical, pompous, turgid, murky, rambling, uninvolving,
        unwatchable, overblown, ponderous, cartoonish""",
    ),
    "performance": pair(
        """convincing, nuanced, magnetic, charismatic, heartfelt, expressive, committed, graceful, natural,
        restrained, soulful, fearless, commanding, touching, effortless, energetic, dazzling, truthful,
        subtle, sensitive, radiant, mesmerizing, powerful, witty, electric, understated, captivating""",
        """wooden, stilted, hammy, unconvincing, flat, stiff, monotone, lifeless, forced, overacted, bored,
        listless, bland, shrill, mechanical, miscast, grating, theatrical, robotic, mannered, cartoonish,
        uninspired, affected, charmless, one-note""",
    ),
    "visual": pair(
        """gorgeous, striking, elegant, lush, vivid, colorful, dazzling, breathtaking, crisp, stylish,
        radiant, sumptuous, tasteful, luminous, handsome, inventive, spectacular, graceful, eye-catching,
        exquisite""",
        """ugly, drab, garish, murky, grainy, blurry, gaudy, dated, cluttered, dingy, tasteless, unappealing,
        muddy, faded, hideous, cheap-looking, messy, colorless, dim, unsightly""",
    ),
    "sound": pair(
        """catchy, haunting, lush, rousing, infectious, melodic, stirring, soulful, warm, clear, rich,
        evocative, soaring, hypnotic, harmonious, uplifting""",
        """shrill, grating, tinny, deafening, monotonous, tuneless, intrusive, muddy, harsh, repetitive,
        overbearing, forgettable, syrupy, off-key, muffled, bombastic""",
    ),
    "food": pair(
        """delicious, fresh, tasty, flavorful, succulent, tender, juicy, crispy, mouthwatering, scrumptious,
        savory, aromatic, appetizing, generous, creamy, fragrant, wholesome, heavenly, authentic, exquisite,
        delectable""",
        """bland, stale, soggy, greasy, overcooked, tasteless, rubbery, dry, burnt, watery, salty, lukewarm,
        undercooked, flavorless, mushy, oily, bitter, meager, inedible, unappetizing, sickly, limp""",
    ),
    "service": pair(
        """friendly, attentive, helpful, courteous, prompt, knowledgeable, polite, welcoming, professional,
        cheerful, efficient, patient, kind, warm, obliging, gracious, considerate, competent, thoughtful,
        hospitable""",
        """rude, indifferent, surly, unhelpful, slow, impolite, arrogant, inattentive, hostile, grumpy,
        unprofessional, incompetent, dismissive, impatient, unfriendly, condescending, disorganized,
        neglectful, chaotic, curt""",
    ),
    "place": pair(
        """clean, cozy, spacious, spotless, bright, quiet, comfortable, peaceful, airy, tidy, inviting,
        elegant, stylish, relaxing, charming, immaculate, luxurious, tranquil, restful, well-kept""",
        """dirty, cramped, noisy, grubby, damp, shabby, filthy, dingy, stuffy, smelly, dusty, moldy,
        run-down, drafty, dilapidated, gloomy, uncomfortable, squalid, seedy, grimy, neglected""",
    ),
    "device": pair(
        """fast, reliable, sturdy, responsive, smooth, intuitive, durable, dependable, sleek, snappy,
        versatile, robust, practical, user-friendly, powerful, efficient, accurate, handy, convenient,
        seamless, well-built""",
        """slow, unreliable, flimsy, sluggish, buggy, fragile, unresponsive, awkward, faulty, defective,
        laggy, clunky, cumbersome, unstable, inaccurate, glitchy, temperamental, outdated, impractical,
        erratic, unusable""",
    ),
    "teaching": pair(
        """clear, informative, thorough, well-organized, practical, stimulating, accessible, useful,
        inspiring, engaging, well-structured, instructive, helpful, enlightening, motivating, insightful,
        rigorous, well-paced, lucid""",
        """confusing, shallow, dry, disorganized, outdated, vague, dull, repetitive, boring, incoherent,
        superficial, unclear, rushed, patronizing, unstructured, haphazard, uninformative, impenetrable,
        tedious, error-ridden""",
    ),
    "value": pair(
        "fair, reasonable, generous, affordable, attractive, sensible, competitive, modest",
        "excessive, outrageous, inflated, exorbitant, unfair, unreasonable, steep, extortionate",
    ),
}

SIGNED: dict[str, dict[str, Pair]] = {
    # 'a gem', 'a mess'
    "noun": {
        "general": pair(
            """gem, triumph, treat, delight, joy, winner, success, pleasure, marvel, revelation, hit,
            treasure, find, knockout, beauty, classic, surprise of the best kind, masterclass, blessing,
            must""",
            """mess, disaster, letdown, failure, disappointment, dud, flop, shambles, rip-off, nightmare,
            embarrassment, chore, fiasco, mistake, catastrophe, mockery, headache, blunder, bore, waste""",
        ),
        "story": pair(
            """masterpiece, must-see, work of art, tour de force, feast, crowd-pleaser, joyride, charmer,
            wonder, thrill, milestone""",
            """snooze, stinker, misfire, slog, trainwreck, insult, muddle, turkey, ordeal, travesty, clunker,
            debacle""",
        ),
    },
    # 'full of charm', 'full of nonsense'
    "quality": {
        "general": pair(
            """charm, style, warmth, character, class, polish, personality, care, grace, flair, quality,
            appeal, elegance""",
            """flaws, faults, errors, mistakes, annoyances, shortcomings, blunders, gimmicks, problems,
            defects, nonsense, clutter, carelessness""",
        ),
        "story": pair(
            """wit, humor, heart, suspense, tension, insight, emotion, intelligence, tenderness, passion,
            originality, imagination, energy, life, laughs, ideas, invention, beauty, depth, feeling,
            surprises, magic, soul, compassion, vitality, sincerity, wisdom""",
            """cliches, melodrama, sentimentality, padding, stereotypes, contrivances, platitudes, holes,
            pretension, filler, schmaltz, banality, stupidity, tedium, drivel, cynicism, monotony,
            inconsistencies, cheap tricks, bad jokes, dead ends""",
        ),
    },
    # somebody does it to the thing: 'I love it'
    "love": {
        "general": pair(
            """love, enjoy, adore, like, admire, appreciate, recommend, treasure, praise, relish, value,
            applaud, savor""",
            "hate, dislike, regret, resent, loathe, detest, despise, endure, deplore, curse",
        ),
    },
    # the thing does it to somebody: 'it delights us'
    "affect": {
        "general": pair(
            "impress, delight, please, satisfy, charm, amaze, cheer, reward, astonish",
            "annoy, irritate, disappoint, frustrate, bother, disgust, dismay, anger, upset, appall",
        ),
        "story": pair(
            """entertain, captivate, grip, move, inspire, dazzle, enchant, thrill, touch, amuse, absorb,
            fascinate, excite, mesmerize, engage, enthrall, uplift, engross""",
            """bore, depress, exhaust, insult, offend, confuse, tire, bewilder, alienate, repel, weary,
            baffle, numb, sicken, embarrass, infuriate""",
        ),
    },
    # the thing or a part of it just does it: 'the ending drags'
    "act": {
        "general": pair(
            "impress, work, deliver, succeed, shine, please, excel, satisfy, convince",
            "disappoint, fail, fall flat, fall short, flop, annoy, irritate, frustrate, falter",
        ),
        "story": pair(
            "sparkle, soar, dazzle, triumph, delight, enchant, glow, resonate, entertain, captivate",
            """drag, stumble, misfire, plod, grate, collapse, flounder, sag, unravel, bore, meander, fizzle,
            ramble""",
        ),
    },
    # what it did to me, in the past tense, subject 'it'
    "idiom": {
        "general": pair(
            """made my day, exceeded my hopes, won me over, won my heart, made us all happy, put a smile on
            my face, ticked every box, was worth every penny, hit the spot, lifted my mood, was money well
            spent, earned every star""",
            """ruined my day, wasted my money, tested my patience, let me down, got on my nerves, made us all
            miserable, spoiled my weekend, was a waste of money, left a bad taste, drove me crazy, dashed my
            hopes, was not worth a penny""",
        ),
        "story": pair(
            """kept me hooked, kept me guessing, moved me to tears, made me laugh out loud, stayed with me
            for days, held my attention to the end, took my breath away, swept me away, broke my heart in the
            best way, flew by, left me smiling, had me on the edge of my seat""",
            """left me cold, put me to sleep, wasted my time, had me checking my watch, left me yawning,
            bored me to tears, lost me early on, ran out of ideas, made me cringe, went nowhere, felt twice
            as long, had me rolling my eyes, was a waste of time""",
        ),
    },
    "felt": {
        "general": pair(
            "delighted, thrilled, impressed, charmed, pleased, happy, satisfied, amazed, grateful",
            """disappointed, annoyed, frustrated, unimpressed, irritated, angry, dissatisfied, unhappy,
            cheated""",
        ),
        "story": pair(
            "moved, captivated, hooked, spellbound, touched, entertained, enthralled",
            "bored, restless, confused, weary, insulted, exhausted, indifferent",
        ),
    },
    # 'beautifully made', 'clumsily made'
    "manner": {
        "general": pair(
            """beautifully, brilliantly, skillfully, deftly, elegantly, lovingly, cleverly, superbly,
            smartly, wonderfully, carefully, expertly, perfectly, thoughtfully, masterfully, well""",
            """badly, poorly, clumsily, sloppily, lazily, crudely, carelessly, awkwardly, terribly, ineptly,
            cheaply, hastily, shoddily, dreadfully, atrociously, amateurishly""",
        ),
    },
    "comparative": {
        "general": pair(
            """better, stronger, smarter, finer, nicer, more satisfying, more polished, more appealing,
            more impressive""",
            """worse, weaker, poorer, sloppier, cheaper, more annoying, more disappointing, more mediocre,
            more careless""",
        ),
        "story": pair(
            """funnier, richer, sharper, wittier, fresher, more moving, more gripping, more original,
            more entertaining""",
            """duller, sillier, flatter, shallower, emptier, more tedious, more predictable, more contrived,
            more muddled""",
        ),
    },
    "best": {"general": pair("best, finest, loveliest, nicest", "worst, weakest, poorest, nastiest")},
    # what the thing does to another one
    "beats": {
        "general": pair(
            """beats, outshines, surpasses, outclasses, outdoes, tops, eclipses, is better than, is a step up
            from, improves on, is superior to, easily beats""",
            """loses to, trails, pales beside, lags behind, falls short of, is worse than, is a step down
            from, cannot match, cannot compete with, is inferior to, limps behind""",
        ),
    },
    # as a conclusion, in lower case, without a full stop
    "advice": {
        "general": pair(
            """do {try} it, highly recommended, I recommend it, you should {try} it, don't miss it, I would
            gladly do it again, recommended, five stars, two thumbs up, give it a chance, hats off""",
            """skip it, avoid it, stay away, save your money, don't bother, look elsewhere, spare yourself,
            one star, two thumbs down, keep your distance, not recommended, what a shame""",
        ),
    },
    "hoped": {"general": pair("hoped, wished", "feared, dreaded")},
    # under which the thing would have been good, or bad
    "condition": {
        "general": pair(
            """with a little more care, with better people behind it, in surer hands, with more effort, with
            a bigger budget, given more thought, with a bit more patience""",
            """with a little less care, with worse people behind it, in clumsier hands, with less effort, in
            the wrong hands, given less thought, with a bit less patience""",
        ),
    },
    # what I would do if all were like it
    "would": {
        "general": pair(
            """I would never complain again, I would be a happy customer, life would be lovely, I would
            gladly pay double, nobody would ever complain""",
            """I would stop bothering, I would be a sad customer, life would be miserable, I would want my
            money back, everybody would complain""",
        ),
    },
}

# Adjectives that are not compared with `more`.
COMPARATIVES = words(
    """good better, bad worse, great greater, smart smarter, strong stronger, weak weaker, poor poorer,
    cheap cheaper, sharp sharper, dull duller, fine finer, nice nicer, lame lamer, wise wiser, stale
    staler, funny funnier, witty wittier, tasty tastier, silly sillier, lousy lousier, shoddy shoddier,
    dirty dirtier, lovely lovelier, bland blander, flat flatter, fresh fresher, rich richer, warm
    warmer, bold bolder, clean cleaner, fast faster, slow slower, rude ruder, ugly uglier, cold
    colder"""
)

# Between 'is' and an adjective: the first turn it over, the second leave it as it is.
FLIP = words(
    """hardly, far from, anything but, nowhere near, by no means, in no way, not remotely, not exactly,
    scarcely, not the least bit, not at all, a long way from, never really"""
)
KEEP = words(
    """really, truly, nothing short of, nothing if not, nothing less than, downright, simply, undeniably,
    never less than, certainly, without doubt, absolutely, nothing but"""
)
VERY = words(
    """very, really, truly, quite, so, thoroughly, genuinely, remarkably, utterly, rather, consistently,
    incredibly, surprisingly, decidedly, consistently, extremely"""
)

# Said of a person whose opinion was quoted: subject in front, the verbs fit every subject.
RIGHT = words(
    """got it right, had a point, hit the nail on the head, judged it well, made no mistake, spoke the
    truth"""
)
WRONG = words("""got it wrong, missed the point, got it backwards, misjudged it, made a mistake, spoke nonsense""")
AGREE = words(
    """I agree, I could not agree more, I felt the same, I have to say the same, I can only agree, it is
    true"""
)
DISAGREE = words(
    """I disagree, I could not agree less, I felt the opposite, I have to say the opposite, I can only
    disagree, it is not true"""
)

PEOPLE: dict[str, Words] = {  # by pronoun
    "he": words(
        """my brother, my husband, my father, my uncle, my grandfather, my boss, my roommate, my son, the man
        at the desk, my cousin Tom"""
    ),
    "she": words(
        """my sister, my wife, my mother, my aunt, my neighbor, my teacher, my grandmother, my daughter, my
        colleague, the woman next to me, my friend Anna"""
    ),
    "they": words(
        """my parents, my friends, the critics, my colleagues, the reviewers, the neighbors, my students,
        most people, the papers, my children, other users"""
    ),
}
WHEN = words(
    """last weekend, on a rainy Sunday, in March, last summer, during the holidays, on Friday night, two
    weeks ago, yesterday, in early spring, after work, on my birthday, last month, over the winter, on
    Tuesday, a year ago, in the autumn, on a long weekend, before lunch, one evening in October"""
)
COMPANY = words(
    """with my family, with two friends, with my sister, on my own, with a group, with my partner, with my
    parents, with some colleagues, with the kids, as a couple"""
)


@dataclass(frozen=True)
class Domain:
    """What a review may be about. The adjectives of the whole come from `groups`, those of an aspect from
    its own."""

    weight: int
    groups: Words
    things: Words
    tries: Words
    made: Words
    others: Words
    aspects: tuple[tuple[str, str], ...]  # (group, noun)


def domain(weight: int, groups: str, things: str, tries: str, made: str, others: str, **aspects: str) -> Domain:
    nouns = tuple((group, noun) for group, listed in aspects.items() for noun in words(listed))
    return Domain(weight, words(groups), words(things), words(tries), words(made), words(others), nouns)


DOMAINS = (
    domain(
        30,
        "story",
        """film, movie, thriller, comedy, drama, documentary, romance, western, feature, picture, sequel,
        remake, mystery, horror film, adaptation, war film, adventure, musical, biopic""",
        "watch",
        "acted, written, shot, directed, edited, paced, staged, filmed, scripted",
        """the original, the novel, the first part, the sequel, the remake, the director's last film,
        the trailer""",
        story="""plot, story, script, ending, screenplay, dialogue, premise, humor, jokes, characters,
        direction, storytelling, romance, twists, opening, narrative, finale, themes, scenes, pacing, satire,
        action, subplot, second half, villain, writing, message, screenwriting, conclusion, love story,
        gags""",
        performance="""acting, cast, lead actor, performances, supporting cast, actors, leading lady, star,
        ensemble""",
        visual="""photography, special effects, costumes, sets, camera work, animation, images,
        cinematography, visuals""",
        sound="music, score, soundtrack, songs",
    ),
    domain(
        10,
        "story",
        "book, novel, memoir, biography, paperback, thriller, whodunit, collection, saga, sequel",
        "finish",
        "written, plotted, researched, translated, told, edited",
        "the author's first book, the film version, the previous volume, her last novel, the sequel",
        story="""plot, prose, story, dialogue, chapters, ending, narrator, characters, heroine, opening,
        language, premise, setting, descriptions, style, hero""",
        visual="cover, illustrations",
    ),
    domain(
        8,
        "story",
        "play, show, musical, concert, opera, performance, production, ballet, circus",
        "attend",
        "sung, staged, performed, directed, rehearsed, lit",
        "last year's show, the touring version, the matinee, the student production",
        story="story, staging, second act, dialogue, finale, jokes, first half, choreography",
        performance="singers, dancers, lead singer, cast, soloist, choir, actors",
        sound="orchestra, band, songs, music, acoustics",
        visual="costumes, scenery, lighting",
    ),
    domain(
        7,
        "place",
        "hotel, hostel, guesthouse, resort, apartment, inn, motel, lodge, campsite",
        "book",
        "run, furnished, decorated, kept, managed, renovated",
        "the hotel next door, the hostel across the road, the inn by the station, the big resort",
        place="room, lobby, bathroom, terrace, pool, bed, rooms, balcony, garden, beds, corridors",
        service="staff, reception, manager, cleaners, service, receptionist",
        food="breakfast, buffet, coffee, dinner",
        value="price, parking fee",
    ),
    domain(
        7,
        "general",
        "restaurant, cafe, bakery, diner, pizzeria, steakhouse, bistro, pub, brasserie",
        "visit",
        "run, managed, planned, decorated",
        "the diner across the street, the bistro next door, the old pizzeria, the place by the river",
        food="""soup, pasta, steak, bread, dessert, pizza, fish, salad, vegetables, noodles, burger, rice,
        cake, chicken, curry, fries, starters""",
        service="waiter, service, staff, waitress, chef, waiters, owner",
        place="dining room, terrace, tables, kitchen",
        value="bill, prices, wine prices",
    ),
    domain(
        7,
        "device",
        """phone, laptop, tablet, camera, printer, headset, watch, keyboard, speaker, television,
        vacuum cleaner""",
        "buy",
        "built, designed, assembled, packaged, engineered",
        "the old model, my last one, the rival model, the cheaper version",
        device="battery, charger, buttons, software, touchscreen, hinge, connection, menus, keys",
        visual="display, design, screen, case",
        sound="speaker sound, ringtones, alarm",
        service="support team, seller, repair service",
        value="price",
    ),
    domain(
        6,
        "device",
        "app, program, website, plugin, browser, service, editor",
        "install",
        "designed, coded, built, maintained, tested, documented",
        "the old version, the free version, the rival app, the desktop version",
        device="""search, updates, menus, login, interface, navigation, sync, notifications, shortcuts,
        settings""",
        visual="layout, icons, color scheme, start page",
        service="support team, help desk, developers",
        value="subscription fee, price",
    ),
    domain(
        6,
        "teaching",
        "course, class, seminar, workshop, lecture, webinar, tutorial, training",
        "attend",
        "taught, structured, explained, planned, organized, presented",
        "last year's course, the evening class, the free tutorial, the online version",
        teaching="""lessons, exercises, slides, examples, handouts, homework, textbook, explanations,
        lectures, quizzes""",
        service="teacher, instructor, tutor, organizers, lecturer, assistants",
        value="fee, price",
    ),
    domain(
        6,
        "story",
        "game, video game, adventure, board game, puzzle game, role-playing game",
        "play",
        "designed, balanced, animated, written, programmed",
        "the first game, the expansion, the console version, the board game version",
        story="story, missions, puzzles, quests, levels, characters, dialogue, combat, world, rules",
        visual="graphics, animations, landscapes, artwork",
        sound="soundtrack, sound effects, voices",
        device="controls, camera, menus, servers",
    ),
    domain(
        5,
        "story",
        "series, season, pilot, miniseries, episode, sitcom, talk show, cartoon",
        "watch",
        "acted, written, shot, paced, directed, produced",
        "the first season, the pilot, the original show, the spin-off",
        story="plot, humor, jokes, storylines, cliffhangers, characters, dialogue, writing, finale, episodes",
        performance="cast, host, lead actress, acting, guest stars",
        visual="sets, costumes, special effects",
        sound="theme song, laugh track, score",
    ),
    domain(
        4,
        "sound",
        "album, record, single, song, debut, live album, playlist",
        "play",
        "produced, mixed, sung, recorded, arranged, performed",
        "her debut, the band's last record, the live version, the remix",
        sound="melodies, vocals, guitars, drums, refrain, bass line, strings, backing vocals",
        story="lyrics, themes, verses",
        visual="cover, artwork",
    ),
)

# Aspects that take no article.
MASS = frozenset(
    words(
        """dialogue, humor, direction, storytelling, pacing, satire, action, writing, screenwriting, acting,
        photography, camera work, animation, cinematography, music, prose, language, staging, choreography,
        scenery, lighting, service, breakfast, coffee, dinner, pasta, bread, fish, rice, chicken, curry,
        software, speaker sound, homework, combat, artwork, romance, search, navigation, sync"""
    )
)
