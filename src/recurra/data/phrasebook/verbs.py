"""The verbs of the phrasebook, by the frame that they ask for.

A line: English base, past and participle where they are irregular, `=`, German infinitive (`auf|machen` is
separable), third person singular, participle (`ist` before it: the perfect takes sein), and after the colon the
kinds of nouns that may be its object. `pick~up` lets a pronoun stand between its words, `look+for` does not.
`*` marks a state: English has no progressive of it.
"""

from dataclasses import dataclass

_TABLES = {
    "accusative": """
        buy bought bought = kaufen kauft gekauft : clothes food mass drink furniture vehicle text thing device container
        sell sold sold = verkaufen verkauft verkauft : clothes food furniture vehicle thing device animal
        look+for = suchen sucht gesucht : animal thing clothes container person dish
        need * = brauchen braucht gebraucht : thing clothes furniture device container dish vehicle
        see saw seen * = sehen sieht gesehen : person animal vehicle building transport
        know knew known * = kennen kennt gekannt : person
        love * = lieben liebt geliebt : person animal region
        eat ate eaten = essen isst gegessen : food mass
        drink drank drunk = trinken trinkt getrunken : drink
        read read read = lesen liest gelesen : text
        write wrote written = schreiben schreibt geschrieben : letter report book novel poem story message
        wear wore worn = tragen trägt getragen : clothes
        wash = waschen wäscht gewaschen : clothes car bicycle truck apple tomato
        repair = reparieren repariert repariert : device vehicle furniture umbrella doll door window
        draw drew drawn = zeichnen zeichnet gezeichnet : person animal building flower
        build built built = bauen baut gebaut : building boat shelf table
        visit = besuchen besucht besucht : person building region
        lose lost lost = verlieren verliert verloren : thing clothes
        find found found = finden findet gefunden : thing clothes text animal
        forget forgot forgotten = vergessen vergisst vergessen : thing clothes text
        order = bestellen bestellt bestellt : drink cake sausage egg furniture book newspaper
        feed fed fed = füttern füttert gefüttert : animal
        greet = grüßen grüßt gegrüßt : person
        meet met met = treffen trifft getroffen : person
        ask = fragen fragt gefragt : person
        hear heard heard * = hören hört gehört : person animal transport
        understand understood understood * = verstehen versteht verstanden : person text
        hide hid hidden = verstecken versteckt versteckt : thing clothes text
        paint = streichen streicht gestrichen : chair bed shelf cupboard kitchen room office living_room house door
    """,
    "separable": """
        open = auf|machen macht aufgemacht : opening suitcase bag box bottle gift letter
        close = zu|machen macht zugemacht : opening suitcase bag box bottle oven
        turn~on = ein|schalten schaltet eingeschaltet : device lamp
        turn~off = aus|schalten schaltet ausgeschaltet : device lamp
        call = an|rufen ruft angerufen : person
        pick~up = ab|holen holt abgeholt : person gift key picture suitcase bag letter ticket
        bring~along brought brought = mit|bringen bringt mitgebracht : food mass drink text thing
        take~along took taken = mit|nehmen nimmt mitgenommen : thing clothes text dog cat
        invite = ein|laden lädt eingeladen : person
        try~on = an|probieren probiert anprobiert : clothes
        put~on put put = an|ziehen zieht angezogen : coat dress shirt jacket skirt blouse
        put~on put put = auf|setzen setzt aufgesetzt : hat cap
        take~off took taken = aus|ziehen zieht ausgezogen : coat dress shirt jacket skirt blouse
        throw~away threw thrown = weg|werfen wirft weggeworfen : text clothes dish flower doll umbrella map ticket
        give~back gave given = zurück|geben gibt zurückgegeben : thing text container
        bring~back brought brought = zurück|bringen bringt zurückgebracht : thing text vehicle
        clean~up = auf|räumen räumt aufgeräumt : kitchen room office living_room cellar
        read~out read read = vor|lesen liest vorgelesen : letter story poem report message novel book
        hang~up hung hung = auf|hängen hängt aufgehängt : coat jacket shirt dress blouse skirt picture map
        wake~up woke woken = auf|wecken weckt aufgeweckt : person dog cat bear
        unpack = aus|packen packt ausgepackt : container thing
        pack = ein|packen packt eingepackt : clothes text gift umbrella doll map picture knife
        wash~up = ab|waschen wäscht abgewaschen : bottle cup glass plate spoon fork knife
    """,
    "intransitive": """
        sleep slept slept = schlafen schläft geschlafen
        work = arbeiten arbeitet gearbeitet
        laugh = lachen lacht gelacht
        dance = tanzen tanzt getanzt
        sing sang sung = singen singt gesungen
        cry = weinen weint geweint
        cook = kochen kocht gekocht
        wait = warten wartet gewartet
        play = spielen spielt gespielt
    """,
    "separable intransitive": """
        get+up got got = auf|stehen steht ist_aufgestanden
        arrive = an|kommen kommt ist_angekommen
        leave left left = ab|reisen reist ist_abgereist
        come+back came come = zurück|kommen kommt ist_zurückgekommen
        fall+asleep fell fallen = ein|schlafen schläft ist_eingeschlafen
        wake+up woke woken = auf|wachen wacht ist_aufgewacht
        watch+TV = fern|sehen sieht ferngesehen
        go+shopping went gone = ein|kaufen kauft eingekauft
        go+out went gone = aus|gehen geht ist_ausgegangen
        move+out = aus|ziehen zieht ist_ausgezogen
    """,
    "motion": """
        go went gone = gehen geht ist_gegangen
        run ran run = laufen läuft ist_gelaufen
        drive drove driven = fahren fährt ist_gefahren
        come came come = kommen kommt ist_gekommen
    """,
    "dative": """
        help = helfen hilft geholfen : person
        thank = danken dankt gedankt : person
        trust * = vertrauen vertraut vertraut : person
        follow = folgen folgt ist_gefolgt : person animal vehicle transport
        answer = antworten antwortet geantwortet : person
        listen+to = zu|hören hört zugehört : person
        congratulate = gratulieren gratuliert gratuliert : person
        believe * = glauben glaubt geglaubt : person
    """,
    "ditransitive": """
        give gave given = geben gibt gegeben : thing text food
        show showed shown = zeigen zeigt gezeigt : thing text clothes kitchen garden house
        send sent sent = schicken schickt geschickt : letter message report book gift picture flower map
        lend lent lent = leihen leiht geliehen : thing vehicle text clothes
        bring brought brought = bringen bringt gebracht : thing drink food dish
    """,
    "prepositional": """
        wait for = warten wartet gewartet auf accusative : person transport
        think of thought thought * = denken denkt gedacht an accusative : person trip meal lesson letter
        talk about = sprechen spricht gesprochen über accusative : person text trip meal lesson
        dream of = träumen träumt geträumt von dative : vehicle animal house beach trip lake
        play with = spielen spielt gespielt mit dative : ball doll dog cat child bird rabbit boy girl
        laugh about = lachen lacht gelacht über accusative : text person
        ask about = fragen fragt gefragt nach dative : trip meal lesson text key ticket
        write to wrote written = schreiben schreibt geschrieben an accusative : person
        dance with = tanzen tanzt getanzt mit dative : person
        work with = arbeiten arbeitet gearbeitet mit dative : person
    """,
    "put": """
        put put put = stellen stellt gestellt : dish container
        lay laid laid = legen legt gelegt : thing text clothes
    """,
    "stay": """
        stand stood stood = stehen steht gestanden : dish container
        lie lay lain = liegen liegt gelegen : thing text clothes
    """,
    "other": """
        be was been * = sein ist ist_gewesen
        have had had * = haben hat gehabt : thing clothes furniture vehicle device container animal
        belong+to * = gehören gehört gehört : thing clothes vehicle text container animal
        cost cost cost * = kosten kostet gekostet : clothes furniture vehicle thing device
        say said said = sagen sagt gesagt
        know knew known * = wissen weiß gewusst
        think thought thought * = denken denkt gedacht
        believe * = glauben glaubt geglaubt
        hope * = hoffen hofft gehofft
        rain = regnen regnet geregnet
        snow = schneien schneit geschneit
        try = versuchen versucht versucht
        forget forgot forgotten * = vergessen vergisst vergessen
        begin began begun * = beginnen beginnt begonnen
        promise promised promised * = versprechen verspricht versprochen
    """,
}


@dataclass(frozen=True)
class Verb:
    english: str
    past_english: str
    participle_english: str
    """Both empty where regular."""
    particle_english: str
    shifting: bool
    """Whether a pronoun comes before the English particle."""
    german: str
    """The infinitive, without the separable particle."""
    third: str
    participle: str
    sein: bool
    """Whether the perfect takes sein."""
    particle: str
    state: bool
    frame: str
    objects: tuple[str, ...]
    preposition: tuple[str, str, str] = ("", "", "")
    """English, German, and the case that it asks for."""

    @property
    def particle_means(self) -> str:
        """The particles translate each other where both sides have one; otherwise they are part of the verb."""
        return "particle" if self.particle and self.particle_english else "verb"


def _verb(frame: str, line: str) -> Verb:
    forms, _, objects = line.partition(":")
    left, right = (side.split() for side in forms.split("="))
    state = "*" in left
    left = [word for word in left if word != "*"]
    preposition = ("", "", "")
    if frame == "prepositional":
        preposition = (left.pop(1), right[3], right[4])
    shifting = "~" in left[0]
    english, _, particle_english = left[0].replace("~", "+").partition("+")
    past, participle_english = left[1:] or ("", "")
    infinitive, third, participle = right[:3]
    particle, _, base = infinitive.rpartition("|")
    return Verb(
        english,
        past,
        participle_english,
        particle_english,
        shifting,
        base,
        third,
        participle.removeprefix("ist_"),
        participle.startswith("ist_"),
        particle,
        state,
        frame,
        tuple(objects.split()),
        preposition,
    )


VERBS = {frame: [_verb(frame, line) for line in table.strip().splitlines()] for frame, table in _TABLES.items()}
OTHER = {verb.german: verb for verb in VERBS["other"]}


@dataclass(frozen=True)
class Modal:
    """`auxiliary`: the English word needs no `do`; `past` is empty where the phrasebook has none."""

    english: str
    auxiliary: bool
    past_english: str
    infinitive_mark: bool
    """Whether English has `to` before the verb."""
    german: tuple[str, str, str]
    """First and third person singular, plural."""
    past_german: str = ""
    """First and third person singular; the plural adds `n`."""


MODALS = {
    "can": Modal("can", True, "", False, ("kann", "kann", "können")),
    "must": Modal("have", False, "had", True, ("muss", "muss", "müssen"), "musste"),
    "want": Modal("want", False, "wanted", True, ("will", "will", "wollen"), "wollte"),
    "should": Modal("should", True, "", False, ("sollte", "sollte", "sollten")),
    "may": Modal("may", True, "", False, ("darf", "darf", "dürfen")),
    "will": Modal("will", True, "", False, ("werde", "wird", "werden")),
    "would like": Modal("would", True, "", True, ("möchte", "möchte", "möchten")),
}
