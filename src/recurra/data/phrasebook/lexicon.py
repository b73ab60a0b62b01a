"""The nouns, adjectives, names and adverbials of the phrasebook, as tables that a linguist can read.

A noun: English singular (`/` plural where it is irregular), gender, German singular, genitive ending (not for
feminines), plural. A genitive in `n` or `en` is that of a weak noun, which has the ending in every case but the
nominative. A noun without a plural is a mass noun. `_` joins the words of one entry.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    english: str
    plural_english: str
    """Empty where it ends in `s`."""
    gender: str  # m, f, n
    german: str
    ending: str
    """Of the genitive singular."""
    plural_german: str
    kind: str

    @property
    def mass(self) -> bool:
        return not self.plural_german

    @property
    def weak(self) -> bool:
        return self.gender == "m" and self.ending in ("n", "en")


@dataclass(frozen=True)
class Adjective:
    english: str
    german: str
    stem: str
    """What endings are added to: `teur` of `teuer`."""
    more_english: str
    more_german: str
    kinds: tuple[str, ...]
    """The kinds of nouns that it goes with."""


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NOUNS = {
    "person": """
        man/men m Mann es Männer; boy m Junge n Jungen; father m Vater s Väter; brother m Bruder s Brüder;
        son m Sohn es Söhne; uncle m Onkel s Onkel; grandfather m Großvater s Großväter;
        neighbor m Nachbar n Nachbarn; doctor m Arzt es Ärzte; teacher m Lehrer s Lehrer;
        colleague m Kollege n Kollegen; student m Student en Studenten; guest m Gast es Gäste;
        friend m Freund es Freunde; woman/women f Frau Frauen; mother f Mutter Mütter;
        sister f Schwester Schwestern; daughter f Tochter Töchter; aunt f Tante Tanten;
        grandmother f Großmutter Großmütter; girl n Mädchen s Mädchen; child/children n Kind es Kinder""",
    "animal": """
        dog m Hund es Hunde; cat f Katze Katzen; horse n Pferd es Pferde; bird m Vogel s Vögel; cow f Kuh Kühe;
        mouse/mice f Maus Mäuse; rabbit n Kaninchen s Kaninchen; goose/geese f Gans Gänse; bear m Bär en Bären""",
    "food": """
        apple m Apfel s Äpfel; pear f Birne Birnen; egg n Ei s Eier; potato/potatoes f Kartoffel Kartoffeln;
        tomato/tomatoes f Tomate Tomaten; cake m Kuchen s Kuchen; orange f Orange Orangen;
        sausage f Wurst Würste; strawberry f Erdbeere Erdbeeren; roll n Brötchen s Brötchen""",
    "mass": """
        bread n Brot es; cheese m Käse s; meat n Fleisch es; butter f Butter; rice m Reis es; fruit n Obst es;
        honey m Honig s""",
    "drink": """
        water n Wasser s; milk f Milch; coffee m Kaffee s; tea m Tee s; juice m Saft es; wine m Wein es;
        beer n Bier es""",
    "text": """
        book n Buch es Bücher; letter m Brief es Briefe; newspaper f Zeitung Zeitungen;
        story f Geschichte Geschichten; poem n Gedicht es Gedichte; report m Bericht es Berichte;
        novel m Roman s Romane; message f Nachricht Nachrichten""",
    "clothes": """
        coat m Mantel s Mäntel; dress n Kleid es Kleider; shirt n Hemd es Hemden; hat m Hut es Hüte;
        jacket f Jacke Jacken; skirt m Rock es Röcke; scarf/scarves m Schal s Schals; blouse f Bluse Blusen;
        cap f Mütze Mützen""",
    "furniture": """
        table m Tisch es Tische; chair m Stuhl es Stühle; lamp f Lampe Lampen; bed n Bett es Betten;
        sofa n Sofa s Sofas; shelf/shelves n Regal s Regale; mirror m Spiegel s Spiegel;
        cupboard m Schrank es Schränke; carpet m Teppich s Teppiche""",
    "vehicle": """
        car n Auto s Autos; bicycle n Fahrrad es Fahrräder; boat n Boot es Boote; truck m Lastwagen s Lastwagen""",
    "transport": """
        bus m Bus ses Busse; train m Zug es Züge; tram f Straßenbahn Straßenbahnen""",
    "thing": """
        key m Schlüssel s Schlüssel; knife/knives n Messer s Messer; umbrella m Regenschirm s Regenschirme;
        ball m Ball es Bälle; gift n Geschenk es Geschenke; picture n Bild es Bilder; map f Karte Karten;
        spoon m Löffel s Löffel; fork f Gabel Gabeln; doll f Puppe Puppen; flower f Blume Blumen;
        ticket f Fahrkarte Fahrkarten""",
    "dish": """
        bottle f Flasche Flaschen; cup f Tasse Tassen; glass n Glas es Gläser; plate m Teller s Teller;
        vase f Vase Vasen""",
    "container": """
        suitcase m Koffer s Koffer; bag f Tasche Taschen; box f Kiste Kisten; basket m Korb es Körbe""",
    "device": """
        radio n Radio s Radios; television m Fernseher s Fernseher; computer m Computer s Computer;
        machine f Maschine Maschinen; heater f Heizung Heizungen; oven m Ofen s Öfen""",
    "opening": "door f Tür Türen; window n Fenster s Fenster; drawer f Schublade Schubladen",
    "room": """
        kitchen f Küche Küchen; room n Zimmer s Zimmer; office n Büro s Büros; living_room n Wohnzimmer s Wohnzimmer;
        cellar m Keller s Keller; garden m Garten s Gärten""",
    "building": """
        house n Haus es Häuser; museum n Museum s Museen; church f Kirche Kirchen; school f Schule Schulen;
        library f Bibliothek Bibliotheken; restaurant n Restaurant s Restaurants""",
    "region": "city f Stadt Städte; village n Dorf es Dörfer; forest m Wald es Wälder; park m Park s Parks",
    "spot": """
        station m Bahnhof s Bahnhöfe; airport m Flughafen s Flughäfen; beach m Strand es Strände;
        river m Fluss es Flüsse; lake m See s Seen; bus_stop f Haltestelle Haltestellen""",
    "wall": "wall f Wand Wände",
    "event": "break f Pause Pausen; meal n Essen s Essen; lesson m Unterricht s; trip f Reise Reisen",
    "reason": "rain m Regen s; heat f Hitze; storm m Sturm es; traffic m Verkehr s; snow m Schnee s; cold f Kälte",
}

NAMES = {
    "he": words("Lukas Peter Paul Martin Felix Jonas Max Simon"),
    "she": words("Anna Maria Julia Laura Clara Sophie Emma Lisa"),
}


_ADJECTIVES = """
    old alt älter : person animal building region furniture vehicle text clothes thing device room dish container
    young jung jünger : animal man woman neighbor doctor teacher colleague student guest friend brother sister aunt
    new neu : furniture vehicle text clothes thing device building dish container
    tall groß größer : person
    big groß größer : animal food furniture vehicle container building room region device
    small klein : boy girl child brother sister animal furniture vehicle container building room region dish device
    beautiful schön : clothes furniture building region dish garden flower picture gift horse bird poem story
    expensive teuer/teur teurer : clothes furniture vehicle thing device drink dish meat cheese
    cheap billig : clothes furniture vehicle thing device drink dish container
    red rot : clothes furniture vehicle container dish ball flower umbrella door
    blue blau : clothes furniture vehicle container dish ball flower umbrella door
    green grün : clothes furniture vehicle container dish ball umbrella door apple
    yellow gelb : clothes furniture vehicle container dish ball flower
    black schwarz schwärzer : clothes furniture vehicle container umbrella dog cat horse cow bird television
    white weiß : clothes furniture vehicle dish dog cat horse cow goose rabbit mouse bird flower
    brown braun : clothes furniture container dog cow bear rabbit
    heavy schwer : furniture container device
    fresh frisch : bread meat butter fruit milk juice apple egg roll strawberry tomato cake
    cold kalt kälter : drink kitchen room office living_room cellar meat
    hot heiß : coffee tea milk water
    warm warm wärmer : coat jacket scarf cap kitchen room office living_room bread
    sweet süß : apple pear orange cake strawberry honey fruit wine juice tea
    good/better gut besser : food mass drink text doctor teacher friend student
    delicious lecker : food mass juice wine coffee tea
    friendly freundlich : person dog
    clever klug klüger : person dog cat
    strong stark stärker : man woman boy girl son brother uncle father horse dog bear
    rich reich : man woman neighbor uncle aunt friend doctor colleague guest
    poor arm ärmer : man woman neighbor uncle aunt friend student girl boy
    famous berühmt : man woman doctor teacher book novel story poem picture museum church restaurant library
    interesting interessant : text museum library region
    boring langweilig : text
    long lang länger : coat dress skirt scarf letter story report novel poem message
    short kurz kürzer : dress skirt jacket letter story report novel poem message
    exciting spannend : book story novel report
    important wichtig : book letter report message newspaper key
    funny lustig : man woman boy girl friend colleague uncle brother book letter story poem novel picture
    dark dunkel/dunkl dunkler : kitchen room office living_room cellar church forest clothes
    bright hell : kitchen room office living_room
    quiet ruhig : room region man woman boy girl child student
    clean sauber : clothes dish kitchen room office living_room knife fork spoon window
    dirty schmutzig : clothes dish vehicle container kitchen room office cellar knife fork spoon window carpet
    broken kaputt : device furniture vehicle dish umbrella doll window
    modern modern : device furniture building office kitchen
    fast schnell : vehicle horse dog transport
    slow langsam : vehicle horse transport
    dangerous gefährlich : bear dog knife
    tired müde/müd : person animal
    happy glücklich : person
    ill krank kränker : person
    hungry hungrig : person animal
"""
OPPOSITES = [
    set(group.split())
    for group in (
        "old young new modern",
        "tall big small",
        "expensive cheap",
        "red blue green yellow black white brown dark",
        "cold hot warm",
        "interesting boring exciting funny important",
        "long short",
        "dark bright",
        "clean dirty",
        "fast slow broken",
        "rich poor",
    )
]
"""Of these, something has only one."""
KIN = words("father mother brother sister son daughter uncle aunt grandfather grandmother")
FEW_KIN = words("father mother grandfather grandmother")
"""Of whom one has too few for a plural."""
UNOWNED = words("man woman boy girl museum church library station airport beach river lake forest park")
"""Of these none is said to be mine."""

STATES = ("tired", "happy", "ill", "hungry")
"""What a person is for a while: a reason to do something."""
PREDICATE_ONLY = ("ill",)

REPEATED = """
    every/1 day/2 = jeden/1 Tag/2; every/1 morning/2 = jeden/1 Morgen/2; every/1 evening/2 = jeden/1 Abend/2;
    every/1 week/2 = jede/1 Woche/2; every/1 month/2 = jeden/1 Monat/2; every/1 Sunday/2 = jeden/1 Sonntag/2"""
FREQUENT = """
    often/1 = oft/1; always/1 = immer/1; rarely/1 = selten/1; sometimes/1 = manchmal/1;
    usually/1 = normalerweise/1"""
"""These stand before the verb in English."""
SOON = """
    today/1 = heute/1; tomorrow/1 = morgen/1; this/1 evening/2 = heute/1 Abend/2; next/1 week/2 = nächste/1 Woche/2;
    this/1 afternoon/2 = heute/1 Nachmittag/2; in/1 an/2 hour/3 = in/1 einer/2 Stunde/3;
    on/1 Monday/2 = am/1 Montag/2; on/1 Friday/2 = am/1 Freitag/2; on/1 Saturday/2 = am/1 Samstag/2"""
NOW = "now/1 = jetzt/1; today/1 = heute/1; at/1 the/1 moment/2 = im/1 Moment/2"
PAST = """
    yesterday/1 = gestern/1; last/1 week/2 = letzte/1 Woche/2; last/1 year/2 = letztes/1 Jahr/2;
    yesterday/1 evening/2 = gestern/1 Abend/2; last/1 summer/2 = letzten/1 Sommer/2;
    this/1 morning/2 = heute/1 Morgen/2; an/2 hour/3 ago/1 = vor/1 einer/2 Stunde/3;
    on/1 Tuesday/2 = am/1 Dienstag/2; on/1 Thursday/2 = am/1 Donnerstag/2; on/1 Sunday/2 = am/1 Sonntag/2;
    three/2 days/3 ago/1 = vor/1 drei/2 Tagen/3"""
DONE = "already/1 = schon/1; just/1 = gerade/1"
NOT_YET = "not/2 yet/1 = noch/1 nicht/2; never/12 = noch/1 nie/2"
MONTHS = """
    January Januar; February Februar; March März; April April; May Mai; June Juni; July Juli; August August;
    September September; October Oktober; November November; December Dezember"""


def entries(table: str) -> list[list[str]]:
    """The entries of a table, each as its words."""
    return [entry.split() for entry in table.split(";")]


def adverbials(table: str) -> list[tuple[str, str]]:
    """The English and the German side of every entry; words with a common figure translate each other."""
    return [(english.strip(), german.strip()) for english, german in (entry.split("=") for entry in table.split(";"))]


def _noun(kind: str, english: str, gender: str, german: str, *forms: str) -> Noun:
    singular, _, plural = english.replace("_", " ").partition("/")
    ending, plural_german = ("", *forms) if gender == "f" and forms else (*forms, "", "")[:2]
    return Noun(singular, plural, gender, german, ending, plural_german, kind)


def _adjective(line: str) -> Adjective:
    words, kinds = line.split(":")
    english, german, *compared = words.split()
    english, _, more_english = english.partition("/")
    german, _, stem = german.partition("/")
    more_german = compared[0] if compared else f"{german}er"
    return Adjective(english, german, stem or german, more_english, more_german, tuple(kinds.split()))


def nouns(kinds: tuple[str, ...]) -> list[Noun]:
    """All nouns of these kinds; a kind may also be a single noun."""
    return [noun for kind in kinds for noun in POOLS[kind]]


NOUNS = {kind: [_noun(kind, *entry) for entry in entries(table)] for kind, table in _NOUNS.items()}
ADJECTIVES = [_adjective(line) for line in _ADJECTIVES.strip().splitlines()]
POOLS = NOUNS | {noun.english.replace(" ", "_"): [noun] for each in NOUNS.values() for noun in each}
"""The nouns of a kind, and each by its name."""
FITTING = {
    noun: [each for each in ADJECTIVES if noun.kind in each.kinds or noun.english.replace(" ", "_") in each.kinds]
    for each in NOUNS.values()
    for noun in each
}
"""The adjectives that go with a noun."""
