"""English word lists of the role rules: verb classes, adverb classes, time nouns."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


NO_AGENT_VERBS = words(
    """appear boil burn collapse melt fall happen occur arise emerge vanish disappear exist die sink crack grow
    freeze rot erupt explode leak flow drip bloom blossom glow shine remain seem lie rise belong drop bleed evaporate
    fade dissolve rust wither overflow crumble simmer sizzle swell shrink ignite come go arrive be stand float stay
    last end begin start continue open close break roll spin flash blink bubble ripen increase decrease change"""
)
"""Intransitive verbs whose subject is what the event happens to. Motion verbs among them take ARG1 in PropBank."""
MOTION_VERBS = words(
    """walk run go come move drive ride fly jump climb crawl swim sail travel march dash race chase roll slide fall
    drop slip ski skate skateboard surf dive hike stroll step leap hop gallop trot enter leave return head proceed
    cross pass wander rush flee escape glide float drift flow descend ascend jog sprint cycle bike row paddle push
    pull drag throw toss kick launch lead guide follow carry bring take send turn swing dance march parade hurry
    land crash back pan zoom scroll fly cruise speed plunge tumble"""
)
PUT_VERBS = words(
    """put place set lay stick insert stuff pour add mix load pack drop dump plant install hang pin mount store
    sprinkle spread stack stir spoon scoop attach tape glue apply fit slot squeeze inject dip fold press tuck wrap
    submerge immerse bury plug position pile rub smear throw toss fill cover spray transfer"""
)
STATIVE_PLACE_VERBS = words(
    "sit stand lie live stay remain hang rest lean kneel squat crouch perch camp reside be"
)
GIVE_VERBS = words(
    """give hand show teach offer send tell sell pay bring lend feed pass throw serve award grant read sing write
    buy make ask promise owe present deal"""
)
ASK_VERBS = words("ask tell order command instruct urge advise warn remind beg request invite teach")
SAY_VERBS = words(
    "say tell claim announce report state explain mention think believe sing shout yell whisper ask"
)
TEACH_VERBS = words("teach tell show instruct")
"""Verbs whose object does what the clause "how to ..." says."""
SHOW_VERBS = words("show see film picture depict record display feature catch")
"""Verbs whose passive takes a participle that says what the subject is seen doing."""
BECOME_VERBS = words("become turn go come get grow")
CAUSE_VERBS = words("make persuade force get cause convince encourage lead allow help enable let compel")
PREPOSITION_OBJECT_VERBS = {
    ("look", "at"),
    ("point", "at"),
    ("laugh", "at"),
    ("stare", "at"),
    ("gaze", "at"),
    ("shoot", "at"),
    ("wave", "at"),
    ("smile", "at"),
    ("yell", "at"),
    ("focus", "on"),
    ("depend", "on"),
    ("work", "on"),
    ("comment", "on"),
    ("report", "on"),
    ("concentrate", "on"),
    ("click", "on"),
    ("believe", "in"),
    ("participate", "in"),
    ("compete", "in"),
    ("engage", "in"),
    ("look", "for"),
    ("wait", "for"),
    ("ask", "for"),
    ("search", "for"),
    ("listen", "to"),
    ("deal", "with"),
    ("play", "with"),
    ("look", "into"),
    ("go", "over"),
    ("look", "through"),
    ("participate", "on"),
    ("consist", "of"),
    ("think", "of"),
    ("dream", "of"),
}
"""Verb and preposition whose noun is the verb's ARG1."""
TALK_VERBS = words(
    "talk speak chat discuss converse communicate argue fight interact flirt meet battle compete debate"
)
"""Verbs whose "with" or "to" noun is the other party, ARG2."""

NEGATION = words("not n't never no nt")
TIME_ADVERBS = words(
    """now then again already always ever never soon later before after once twice still yet today tomorrow tonight
    yesterday often sometimes usually recently finally currently previously first next ago immediately suddenly
    eventually meanwhile afterwards constantly continuously repeatedly simultaneously daily anymore when whenever
    lately just while early late frequently occasionally thereafter since"""
)
PLACE_ADVERBS = words(
    """here there outside inside outdoors indoors everywhere somewhere anywhere nowhere elsewhere where wherever
    upstairs downstairs nearby underwater overhead abroad online underground onstage backstage above below
    ahead beside near home"""
)
DIRECTION_ADVERBS = words(
    """away back forward backward backwards forwards up down around along off over through out in across past
    upward upwards downward downwards sideways left right aside apart towards by"""
)
EXTENT_ADVERBS = words(
    """very much so too more most less least little lot far quite really almost nearly completely totally
    entirely fully highly extremely barely hardly slightly all enough about halfway"""
)
DISCOURSE_ADVERBS = words(
    """also however therefore thus too anyway indeed well please instead moreover furthermore nevertheless otherwise
    besides likewise hence maybe perhaps actually basically"""
)
ADVERBIAL_ADVERBS = words(
    "only even just probably certainly possibly apparently obviously simply especially both either together alone"
)
MANNER_ADVERBS = words(
    "how fast hard well together alone live loud together upside slow quick straight close aloud"
)

TIME_NOUNS = words(
    """time day night morning evening afternoon noon midnight week month year hour minute second moment today tomorrow
    yesterday weekend summer winter spring autumn fall monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december season century decade while sunset
    sunrise dusk dawn nighttime daytime christmas halloween beginning end start period era childhood once"""
)
EVENT_NOUNS = words(
    "game match concert show performance competition interview race party wedding ceremony event"
)
PERSON_NOUNS = words(
    """man woman boy girl person people guy lady child kid baby friend teammate mother father wife husband son
    daughter brother sister family group crowd team partner player girlfriend boyfriend men women children guest
    host audience fan dog cat character me him her them us you someone somebody everyone other others each
    students friends kids teammates parents"""
)

LOCATIVE_PREPOSITIONS = words(
    """in on at near under behind inside outside beneath beside between among above below within amid underneath
    atop alongside against amongst upon by beyond throughout opposite front next top around"""
)
PATH_PREPOSITIONS = words(
    "through across along down up off over around past toward towards onto into from out by via beyond"
)
TIME_PREPOSITIONS = words("during until till since before after")
ADVERBIAL_PREPOSITIONS = words("without despite besides except instead")
MANNER_PREPOSITIONS = words("like as in")
