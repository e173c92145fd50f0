"""Words of the caption grammar: nouns by kind, verbs by frame, prepositions, particles."""

from __future__ import annotations


def word_list(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


PEOPLE = word_list(
    """man woman boy girl child kid baby person guy lady player singer dancer chef cook teacher student doctor
    nurse soldier actor actress reporter host anchor guitarist drummer musician wrestler boxer gamer driver
    rider cyclist skater surfer swimmer skier climber gymnast athlete cheerleader judge coach referee
    teenager toddler infant mother father brother sister friend couple family team band crowd audience
    character narrator speaker model contestant celebrity comedian magician policeman officer firefighter
    farmer worker mechanic engineer scientist politician president king queen princess hairdresser barber
    waiter customer gentleman performer commentator interviewer instructor presenter painter artist adult
    groom bride clown cowboy pirate superhero robot zombie avatar people bodybuilder spectator neighbor
    hunter fisherman pilot astronaut trainer vlogger female male"""
)
ANIMALS = word_list(
    """dog cat horse bird fish monkey elephant lion tiger bear cow pig sheep goat rabbit mouse duck chicken
    turtle snake frog puppy kitten panda dolphin whale shark squirrel deer fox wolf parrot owl penguin
    animal insect spider bee butterfly cartoon lizard crab donkey zebra giraffe kangaroo dinosaur dragon"""
)
VEHICLES = word_list(
    """car truck bus train plane airplane helicopter boat ship bike bicycle motorcycle van taxi tractor jeep
    skateboard scooter rocket drone vehicle spaceship jet submarine"""
)
THINGS = word_list(
    """guitar piano violin drum song microphone ball football basketball baseball goal bat racket stick hat
    shirt dress suit jacket coat shoe glove mask helmet cap uniform wig hair makeup lipstick nail phone
    computer laptop tablet keyboard camera screen television tv radio remote book newspaper paper letter
    picture photo painting drawing pen pencil brush paint marker food meal pasta rice soup salad sandwich
    pizza burger cake cookie bread dough egg meat beef pork shrimp steak onion garlic tomato potato carrot
    pepper cabbage mushroom lemon apple banana orange fruit vegetable cheese butter milk water juice coffee
    tea beer wine oil salt sugar flour sauce spice ingredient bowl pan pot plate cup glass bottle jar spoon
    fork knife cutter blender mixer oven stove grill tray lid napkin table chair couch sofa bed desk door
    window wall floor box bag basket bucket rope chain hammer drill saw nail screw tool machine engine wheel
    tire wire toy doll lego block card puzzle game weapon gun sword rifle bomb fire smoke tree flower plant
    leaf grass stone rock sand snow ice product item object piece thing stuff stroller recipe dish ad
    commercial news story joke question topic problem music dance move trick stunt code website app program
    software map chart graph diagram money coin ring necklace watch bracelet ribbon balloon candle lamp flag
    ladder umbrella tent blanket pillow towel sponge soap trash mirror statue sculpture origami minecraft
    craft interior exterior feature part body face hand arm leg foot head eye mouth nose ear tail horn wing
    animation gameplay play highlight attire speech interview workout exercise yoga karate makeover trailer
    clip footage"""
)
PLACES = word_list(
    """stage street road kitchen room bedroom bathroom house home building office school classroom park garden
    yard field stadium court gym ring track pool beach ocean sea river lake forest wood jungle mountain hill
    desert city town village store shop mall market restaurant bar club church hospital airport station
    bridge tunnel studio theater museum zoo farm barn cave sky space air background table counter floor
    couch bench platform ramp roof corner highway parking lot playground hallway stairs screen video show
    movie game world town island ground concert runway lab garage salon podium set hotel castle cage"""
)
CLIPS = word_list(
    """video clip scene show movie film trailer commercial footage animation advertisement tutorial review
    slideshow montage cartoon game documentary news episode interview demonstration recording preview series
    performance match race sport"""
)
TIMES = word_list("night day morning evening afternoon winter summer week year moment minute")
COLORS = word_list(
    """red blue green yellow black white brown pink purple orange gray grey silver golden blonde dark"""
)
ADJECTIVES = word_list(
    """young old little small big large tall short pretty beautiful cute funny happy sad angry bearded bald
    blond fat thin fast slow hot cold wet dry new broken different various several many animated famous busy
    indian asian american chinese japanese korean african british strange scary pregnant naked shirtless
    muscular elderly adorable colorful empty crowded wooden plastic metal electric giant huge tiny long
    round fresh raw heavy light red-haired sexy striped haired headed bearded skinned live professional
    female male other same whole main first second last musical military medical virtual romantic violent
    dangerous delicious healthy computerized homemade grey-haired"""
)
NUMBERS = word_list("two three four five six seven eight ten 2 3")
GROUPS = word_list(
    """group bunch couple pair lot crowd team line row collection variety set series number band pack herd lots
    class"""
)
MEASURES = word_list(
    "piece slice cup bowl glass bottle bag pile bunch pair box plate spoonful type kind part lot"
)
PARTICIPLES = word_list(
    """boiling running moving flying burning dancing smiling sleeping barking talking crying singing falling
    chopped sliced cooked fried baked grilled boiled broken burnt mixed painted decorated crashed"""
)
ADVERBS_AFTER = word_list(
    """quickly slowly carefully happily loudly together outside inside outdoors indoors around away back again
    fast very up down there here off underwater upside-down alone backwards forward live well online
    aggressively gently passionately angrily excitedly nearby everywhere overhead"""
)
ADVERBS_BEFORE = word_list(
    "then now also just slowly quickly carefully suddenly happily still always finally currently"
)
DEGREES = word_list("very really so too quite")
PRONOUN_SUBJECTS = word_list(
    "he she they it someone somebody everyone something nobody this that one i we you"
)
PRONOUN_OBJECTS = word_list(
    "him her them it someone something everything himself herself themselves itself me us"
)
NAMES = word_list(
    """john mary michael james david justin bieber taylor swift obama spongebob mario batman superman pokemon
    london paris america india japan china texas mexico youtube facebook minecraft adele beyonce jimmy
    fallon donald trump hillary clinton stephen colbert steve jobs lady gaga ellen"""
)
COMPOUNDS = (
    "talk show", "talk show host", "cooking show", "game show", "fashion show", "tv show", "reality show",
    "news anchor", "news reporter", "news report", "news show", "video game", "video clip", "music video",
    "movie trailer", "movie scene", "singing competition", "dance floor", "dance competition",
    "wrestling match", "boxing ring", "swimming pool", "cooking class", "parking lot", "makeup tutorial",
    "race car", "race track", "racing game", "running shoe", "basketball game", "football match",
    "soccer player", "football player", "baseball player", "tennis player", "cutting board", "frying pan",
    "mixing bowl", "baking sheet", "cartoon character", "minecraft character", "computer screen",
    "computer program", "cell phone", "washing machine", "sewing machine", "drawing board", "shopping mall",
    "training session", "singing contest", "fishing boat", "hunting trip", "living room", "dining table",
    "play ground", "training video", "cooking tutorial", "drawing tutorial", "paint brush", "stop light",
    "power point", "bow tie", "baby stroller", "toy car", "police officer", "dance routine",
    "stand up comedy", "beauty pageant", "acting class", "driving game", "wedding dress", "selfie stick",
    "microphone stand", "horse race", "car crash", "fight scene", "action scene", "comedy sketch",
    "talent show", "quiz show", "award show", "walking path", "hiking trail", "diving board", "surf board",
    "skate park", "ski slope", "rock band", "guitar solo", "drum kit", "video game play", "burger filling",
    "cake topping", "power steering", "hair styling", "ware dish", "chicken breast", "breaking news", "news anchor man",
    "cooking pot", "wood carving", "sky diving", "scuba diving", "make up", "make up artist", "shopping cart",
    "landing gear", "drinking glass", "building block", "type writer", "monster truck", "sport highlight",
)  # fmt: skip
"""Noun compounds whose first part looks like a verb or a participle, and other common ones; all parts are nouns."""
HAIR = word_list("black blonde blond red brown dark long short white grey curly gray")
SPORTS = word_list(
    """basketball football soccer baseball tennis golf hockey volleyball cricket chess cards badminton karate
    yoga minecraft poker"""
)

PREPOSITIONS = word_list(
    """in on at with for to from into onto through across along down up around over under behind near by about
    off past toward towards against between inside outside during after before like without above beside
    among beneath within as upon"""
)
PLACE_PREPOSITIONS = word_list(
    """in in in in on on on on at at near by behind under inside outside around over across through along
    between beside above against with among beneath within"""
)
PATH_PREPOSITIONS = word_list(
    """into onto through across along down up around over off past toward towards from to to out in on under"""
)
MULTIWORD_PREPOSITIONS = (
    "out of",
    "off of",
    "inside of",
    "outside of",
    "along with",
    "next to",
    "because of",
)
FRONTED_PLACES = (
    "in front of",
    "on top of",
    "in the middle of",
    "at the top of",
    "on the side of",
    "in the back of",
)

TRANSITIVE = word_list(
    """play hold eat drink cook cut slice chop peel mix stir pour add fry bake boil grill prepare make build
    fix repair clean wash brush comb braid cut style paint draw color fold assemble open close push pull
    lift throw catch kick hit punch slap bounce dribble pass shoot score chase follow attack fight kill bite
    kiss hug pet feed ride drive fly race climb cross show demonstrate explain describe discuss present
    review introduce interview teach help watch film record photograph sing perform read write type use
    operate wear remove touch rub press pick carry move drop break crush smash tear wrap tie cover decorate
    sell buy order taste try test examine inspect measure count roll spread sprinkle season blend whisk
    crack squeeze melt freeze burn light shoot fire load clean sweep mop dig plant water harvest spray drag
    shake spin twist bend stretch judge celebrate win lose beat block steal rescue save meet greet visit
    leave enter tour explore discover find search study observe tease scare entertain imitate mimic mock
    dress advertise promote create design edit construct install connect unbox unwrap apply groom stroke
    scratch lick sniff tickle tackle wrestle box juggle balance operate steer park tow crash dodge avoid
    jump handle display serve stuff fill empty drain dip soak steam roast toast chew swallow lead command
    host attend join direct conduct narrate hammer drill saw sew knit stitch iron trim shave pluck massage
    crochet film ask answer call text thank praise blame have need want see hear like love hate remember
    imagine remix cover compete feature depict portray include contain preform showcase view operate style
    model solve tell explain compare perform commentate rap chant"""
)
INTRANSITIVE = word_list(
    """talk dance sing walk run jump swim play sleep laugh cry smile speak sit stand lie kneel fall climb fly
    drive ride race skate ski surf skateboard cycle row sail dive hike jog march crawl roll slide spin swing
    bounce flip perform act cook eat drink bark meow growl roar howl sneeze cough yawn yell scream shout
    cheer clap wave bow nod wink pose compete fight argue chat wrestle box exercise work train practice
    stretch rehearse rap hum whistle travel arrive leave go come wait look stare gaze hunt fish graze float
    drift explode burn crash melt boil happen appear disappear grow shine glow sparkle move turn stop start
    begin end continue rest relax hide pray study shop gather celebrate wander stroll hop skip trot gallop
    joke giggle kiss hug flirt breathe snore blink beatbox stumble trip drown bleed die sweat shiver tremble
    leap lunge squat duck tumble somersault cartwheel parade flow rain snow drip gesture snuggle pant chirp
    splash react struggle model lecture commentate golf vlog brawl"""
)
WITH_PARTICLE = [
    ("pick", "up"), ("put", "on"), ("put", "down"), ("take", "off"), ("turn", "on"), ("turn", "off"), ("cut", "up"),
    ("set", "up"), ("throw", "away"), ("pull", "out"), ("take", "out"), ("point", "out"), ("blow", "up"),
    ("knock", "down"), ("clean", "up"), ("try", "on"), ("show", "off"), ("fill", "up"), ("break", "down"),
    ("hold", "up"), ("lift", "up"), ("chop", "up"), ("open", "up"), ("tear", "up"), ("wrap", "up"), ("check", "out"),
    ("carry", "out"), ("roll", "out"), ("bring", "in"), ("beat", "up"), ("warm", "up"), ("act", "out"), ("put", "away"),
    ("peel", "off"), ("try", "out"), ("cut", "off"), ("lay", "down"), ("push", "over"), ("mix", "up"), ("light", "up"),
]  # fmt: skip
PARTICLE_ONLY = [
    ("sit", "down"), ("stand", "up"), ("get", "up"), ("lie", "down"), ("fall", "down"), ("warm", "up"), ("wake", "up"),
    ("take", "off"), ("dress", "up"), ("line", "up"), ("blow", "up"), ("break", "down"), ("work", "out"),
    ("hang", "out"), ("show", "up"), ("make", "out"), ("pass", "out"), ("grow", "up"), ("throw", "up"), ("go", "on"),
    ("get", "off"), ("jump", "up"), ("make", "up"), ("speed", "up"), ("fall", "over"), ("come", "out"),
]  # fmt: skip
PREPOSITIONAL = [
    ("talk", "about"), ("look", "at"), ("talk", "to"), ("listen", "to"), ("play", "with"), ("speak", "to"),
    ("point", "at"), ("laugh", "at"), ("work", "on"), ("talk", "with"), ("look", "for"), ("wait", "for"),
    ("speak", "about"), ("dance", "to"), ("sing", "to"), ("stare", "at"), ("wave", "at"), ("compete", "in"),
    ("participate", "in"), ("shoot", "at"), ("sit", "on"), ("stand", "on"), ("lie", "on"), ("focus", "on"),
    ("argue", "with"), ("fight", "with"), ("interact", "with"), ("speak", "with"), ("sing", "about"), ("sit", "at"),
    ("run", "into"), ("walk", "on"), ("jump", "on"), ("go", "through"), ("go", "over"), ("deal", "with"),
    ("bow", "to"), ("crash", "into"), ("care", "for"), ("react", "to"), ("report", "on"), ("comment", "on"),
    ("tend", "to"), ("sing", "in"), ("act", "in"), ("swim", "in"), ("talk", "into"), ("jump", "over"), ("land", "on"),
    ("battle", "with"), ("fly", "over"), ("chat", "with"), ("gesture", "to"), ("look", "like"), ("dress", "as"),
    ("prepare", "for"), ("cheer", "for"), ("race", "against"), ("sing", "into"), ("speak", "into"), ("dive", "into"),
]  # fmt: skip
PUT = word_list(
    """put place pour add drop throw set mix dip stick insert spread stuff load toss pack hang lay push stir
    roll squeeze lower scoop cut slice chop slam pass"""
)
GIVE = word_list("give show hand teach feed offer tell sell throw pass serve buy send bring read")
CONTROL = word_list(
    "start begin try want continue learn attempt prepare need like love refuse pretend plan struggle"
)
CONTROL_GERUND = word_list("start begin keep stop enjoy finish practice try continue love")
OBJECT_CONTROL = word_list("ask teach help tell order allow force want get instruct encourage")
BARE_CONTROL = word_list("help make let watch see")
PERCEIVE = word_list("watch see show film hear record find catch")
SAY = word_list("say explain show demonstrate describe tell discuss talk")
LINKING = word_list("look seem become get feel appear sound")
IRREGULAR_PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "foot": "feet", "mouse": "mice",
    "leaf": "leaves", "knife": "knives", "sheep": "sheep", "fish": "fish", "deer": "deer", "shrimp": "shrimp",
    "policeman": "policemen", "fisherman": "fishermen", "gentleman": "gentlemen", "wolf": "wolves", "tooth": "teeth",
    "people": "people", "footage": "footage", "stuff": "stuff", "news": "news", "series": "series", "hair": "hair",
}  # fmt: skip
MASS = word_list(
    """water milk juice coffee tea beer wine oil salt sugar flour rice pasta bread dough meat beef pork food
    hair makeup paper music grass snow ice sand smoke fire soup money footage stuff garlic cheese butter
    news minecraft trash"""
)
