"""Word lists of the probe operators: closed classes, groups of words that do not contradict each other."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


DETERMINERS = words(
    "a an the this that these those some another his her its their my your our each every several many"
)
PREPOSITIONS = words(
    """in on at with of for to from by into onto over under through across along around behind beside near
    inside outside between among against about after before during up down off out toward towards above below
    like while as next using front"""
)
CONJUNCTIONS = words("and or but then who which that where when while because if")
AUXILIARIES = words(
    "is are was were be been being am has have had do does did will would can could may might"
)
PRONOUNS = words(
    """he she it they him her them his hers its their theirs himself herself itself themselves who whom i you
    we me us my your our this that there one ones other others another each"""
)

COLORS = words(
    "red blue green yellow black white brown orange pink purple violet cyan gray silver gold blonde golden"
)
SIZES = words("big small large little tiny huge")
AGES = words("young old elderly")
MATERIALS = words("wooden metal plastic glass leather stone paper")
ATTRIBUTES: tuple[dict[str, tuple[str, ...]], ...] = (
    {
        "red": ("blue", "green", "yellow", "white", "cyan"),
        "blue": ("red", "yellow", "green", "black", "pink", "orange"),
        "green": ("red", "blue", "purple", "white", "pink", "orange"),
        "yellow": ("blue", "purple", "black", "red", "pink", "cyan"),
        "black": ("white", "yellow", "red", "green", "pink", "orange", "cyan"),
        "white": ("black", "red", "green", "blue", "purple", "orange"),
        "brown": ("white", "blue", "green", "gray"),
        "orange": ("blue", "green", "black", "white", "purple", "cyan"),
        "pink": ("green", "black", "blue", "yellow", "cyan"),
        "purple": ("yellow", "orange", "white", "green"),
        "cyan": ("red", "yellow", "orange", "pink", "black"),
        "gray": ("red", "green", "yellow", "orange"),
        "grey": ("red", "green", "yellow", "orange"),
    },
    {
        "big": ("small", "tiny"),
        "large": ("small", "tiny"),
        "huge": ("small", "tiny"),
        "giant": ("tiny", "small"),
    },
    {"small": ("large", "huge"), "little": ("big", "huge"), "tiny": ("huge", "big")},
    {"young": ("old", "elderly"), "old": ("young",), "elderly": ("young",)},
    {"wooden": ("metal", "glass"), "metal": ("wooden", "glass"), "plastic": ("wooden", "metal")},
)
"""Attributes with what contradicts them. "old" is only replaced before a person or an animal."""
HAIR = words("hair haired skin skinned")
"""Before these a color is not freely exchangeable."""

NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

SINGULAR_PEOPLE = words(
    """man woman boy girl lady guy child kid baby person gentleman toddler teenager adult chef cook singer
    dancer player actor actress teacher student doctor nurse policeman officer soldier athlete wrestler boxer
    driver judge host reporter anchor newscaster model mother father mom dad son daughter wife husband cowboy
    clown artist musician guitarist drummer swimmer skater surfer cyclist runner referee coach bride groom
    instructor trainer worker contestant participant fisherman farmer waiter waitress customer barber hunter
    magician performer pilot"""
)
PLURAL_PEOPLE = words(
    """men women boys girls ladies guys children kids babies persons people teenagers adults chefs singers
    dancers players actors students soldiers athletes wrestlers boxers judges hosts reporters models
    cheerleaders contestants participants musicians swimmers runners fishermen workers performers"""
)
ANIMALS = words(
    """dog cat horse bird monkey cow pig goat sheep elephant lion tiger bear rabbit mouse rat duck chicken
    fish puppy kitten panda snake turtle lizard frog squirrel hamster parrot penguin shark dolphin whale deer
    fox wolf donkey camel zebra giraffe gorilla kangaroo owl eagle"""
)
PLURAL_ANIMALS = frozenset(
    {"dogs", "cats", "horses", "birds", "monkeys", "cows", "pigs", "goats", "elephants", "lions", "tigers", "bears",
     "rabbits", "ducks", "chickens", "puppies", "kittens", "pandas", "snakes", "turtles", "frogs", "dolphins"}
)  # fmt: skip
OTHER_PEOPLE: dict[str, tuple[str, ...]] = {
    "man": ("woman", "girl"), "guy": ("girl", "woman"), "gentleman": ("lady", "woman"), "boy": ("girl", "woman"),
    "woman": ("man", "boy"), "lady": ("man", "boy"), "girl": ("boy", "man"),
    "men": ("women", "girls"), "guys": ("girls", "women"), "boys": ("girls", "women"),
    "women": ("men", "boys"), "ladies": ("men", "boys"), "girls": ("boys", "men"),
    "father": ("mother",), "mother": ("father",), "dad": ("mom",), "mom": ("dad",), "son": ("daughter",),
    "daughter": ("son",), "husband": ("wife",), "wife": ("husband",),
}  # fmt: skip
"""A person and whom it cannot be."""
SAME: tuple[frozenset[str], ...] = tuple(
    words(group)
    for group in (
        "ball sphere orb",
        "cube box crate block",
        "cone pyramid triangle",
        "sand beach desert",
        "water lake pond sea",
        "grass lawn meadow field",
        "road street",
        "violet purple",
        "announcer presenter narrator host speaker commentator",
        "family couple group friends",
        "cartoons characters robots",
        "man guy gentleman male dude chef cook actor singer player host person someone somebody speaker anchor "
        "reporter",
        "woman lady female girl mom mother actress singer host person someone somebody speaker anchor reporter "
        "chef cook",
        "boy kid child toddler baby son man guy male person teenager someone",
        "girl kid child toddler baby daughter woman lady female person teenager someone",
        "men guys people boys males persons players group team wrestlers",
        "women ladies girls people females persons group team",
        "boys kids children people teenagers guys men students",
        "girls kids children people teenagers ladies women students",
        "car vehicle automobile truck suv van jeep sedan cart",
        "bike bicycle cycle",
        "motorcycle motorbike bike scooter",
        "plane airplane aircraft jet",
        "boat ship vessel yacht canoe kayak raft",
        "phone cellphone smartphone iphone mobile",
        "computer laptop pc screen monitor",
        "tv television screen",
        "game videogame minecraft",
        "picture photo image painting",
        "song music tune lyrics",
        "food dish meal recipe ingredients",
        "pan pot skillet wok dish",
        "bowl dish cup container",
        "cup glass mug container",
        "plate dish tray",
        "knife blade sword",
        "meat beef pork chicken steak",
        "dough bread batter",
        "vegetable vegetables onion carrot potato tomato",
        "fruit fruits apple banana",
        "shirt tshirt top jacket sweater",
        "dress gown outfit clothes",
        "hat cap helmet",
        "stage concert show",
        "street road highway path track",
        "kitchen room house home",
        "field ground grass park yard lawn",
        "pool water lake river ocean sea beach",
        "room house home office bedroom hall",
        "forest woods jungle trees",
        "gun rifle pistol weapon",
        "ball football basketball soccer volleyball baseball",
        "guitar instrument",
        "piano keyboard instrument",
        "drum drums instrument",
        "dog puppy animal pet",
        "cat kitten animal pet",
        "fish shark animal",
        "bird parrot duck chicken animal",
        "mouse rat hamster animal",
        "story book novel",
        "paper papers sheet card",
        "doll toy figure",
        "toy toys truck car",
        "stove oven cooker",
        "egg eggs",
        "potato potatoes",
        "onion onions",
        "mountain hill cliff",
        "couch sofa bed chair",
        "microphone mic",
        "table desk counter",
        "box package container",
        "bag purse backpack",
        "stroller carriage pram buggy",
        "makeup lipstick eyeliner cosmetics mascara foundation",
        "hair wig",
        "rope string cord",
        "knot knots",
        "wall board",
    )
)
"""Groups whose members may stand for the same thing: none replaces another."""
GENERIC = words(
    """person people someone somebody man's thing things something stuff object objects item items product
    products animal animals body part parts way ways lot kind type group team crowd couple bunch pair piece
    pieces set video videos clip clips scene scenes footage show movie film cartoon animation character
    characters image images picture pictures screen screens commercial advertisement ad trailer information
    topic subject event events world life time day side front back top middle background camera interview news
    place area room view style others other one ones everyone everybody anyone it them each use steps step
    process method tutorial review demonstration
    sport sports game games match fun role parts craft crafts instruments instrument demo commentary speech tricks
    trick moves stunts stunt race lesson class tips advice questions question interviews performance performances
    head hand hands face eyes hair mouth arm arms legs leg finger fingers skin feet foot number numbers meal food dish
    recipe vehicle clothes ingredients fruit vegetables toy toys device machine tool tools material materials items
    song music sound voice story words language art dress outfit rounds round lot dishes foods vehicles tune tunes"""
)
"""Nouns too wide or too vague to contradict anything."""

WEAK_VERBS = words(
    """show use do make have get take try start begin demonstrate perform explain display give go come see
    look be become seem appear let keep continue stop help want like love need know think work act create
    prepare talk speak discuss describe tell say teach present review introduce host record film shoot put
    place move hold wear enjoy watch find feature star involve include depict portray compete practice attempt
    pose happen set turn add mix combine play participate interact perform travel walk test check interview
    report narrate comment add grab pick handle touch operate finish end complete call name title stand sit
    gather meet sound feel contain consist follow"""
)
"""Verbs that go along with most others, so neither replaces nor is replaced."""
SAME_VERBS: tuple[frozenset[str], ...] = tuple(
    words(group)
    for group in (
        "push shove move", "hit strike bump", "chase pursue follow run", "circle orbit", "carry transport",
        "jump leap hop",
        "cook fry boil bake prepare grill saute roast stir heat", "cut chop slice dice mince peel carve",
        "mix stir whisk beat blend",
        "pour add fill sprinkle", "run jog race sprint chase", "ride drive race", "jump leap hop dive flip",
        "sing perform rap hum",
        "fight wrestle box punch kick hit beat attack spar", "throw toss pass pitch", "hit strike punch knock smash",
        "eat taste chew bite feed",
        "drink sip", "fix repair assemble build install", "fold wrap", "draw paint sketch color write",
        "write type draw sign",
        "read study", "laugh smile giggle", "cry weep scream yell", "shout yell scream sing", "push pull drag move",
        "clean wash wipe scrub rinse",
        "brush comb style braid", "dance perform", "kiss hug embrace cuddle", "pet stroke rub", "catch grab take",
        "fly glide soar float",
        "swim dive snorkel surf", "climb hike", "shoot fire aim", "crash hit smash", "open unwrap unbox",
        "knit sew crochet weave",
        "tie wrap knot", "fry roll knead boil bake", "lift raise carry", "pet hug carry hold cuddle",
        "argue fight debate", "exercise train stretch dance",
        "ski snowboard sled slide skate",
        "skate skateboard rollerblade", "bounce dribble juggle", "apply rub spread smear", "spread apply",
        "grate shred cut", "sleep lie rest",
        "crawl creep walk", "roll spin rotate", "spin twirl rotate dance",
    )
)  # fmt: skip
EXCLUSIVE_VERBS = words(
    """shove strike pursue orbit transport leap cook fry bake grill dance sing run swim ride drive eat drink sleep cut
    peel chop slice read write draw paint fight kick throw push pull wash clean climb jump fly ski skate surf sew knit
    type feed chase carry lift fold roll pour brush shave box wrestle drum hit catch bounce spin crawl walk hug kiss pet
    bite lick dig plant mow row paddle sail shoot build drill hammer iron vacuum sweep mop dive skateboard snowboard
    bowl juggle cry kneel march shovel grate stir whisk knead spray open close drop touch turn circle follow slide cross
    enter hide bump shake wave hop float sink approach"""
)
"""Activities that leave no room for another one at the same time: only these replace each other."""
VAGUE_OBJECT_VERBS = words(
    """give do have show be take get say tell see include watch discuss explain describe demonstrate present perform
    talk teach learn know think like love want need try start begin enjoy make create use wear"""
)
"""Verbs whose objects are too varied to be exchanged."""
SYMMETRIC_VERBS = words(
    """meet kiss dance talk fight marry hug wrestle argue play join accompany resemble face chat speak date
    embrace interview box battle compete converse cuddle"""
)
"""Verbs that say the same with agent and patient exchanged."""

DIRECTIONS: dict[str, str] = {
    "up": "down", "down": "up", "upstairs": "downstairs", "downstairs": "upstairs", "left": "right", "right": "left",
    "forward": "backward", "forwards": "backwards", "backward": "forward", "backwards": "forwards",
    "uphill": "downhill", "downhill": "uphill", "inside": "outside", "outside": "inside",
}  # fmt: skip
WAYS = words(
    """hall catwalk tracks side road street path runway aisle sidewalk track lane hallway highway court field river way
    corridor line"""
)
"""Along these up and down are the same."""
MOTION_VERBS = words(
    """walk run go come climb crawl ride drive move swim hike jog march step drag pull push carry bike cycle rush fly
    ski"""
)
"""Verbs with which up and down, left and right are directions and not idioms."""
PLAYABLE = words(
    """guitar piano drums violin flute saxophone trumpet basketball football soccer tennis volleyball golf baseball
    hockey cricket badminton chess cards minecraft"""
)
"""What is played without an article."""
EDIBLE = words("chicken duck fish pig lamb turkey goat cow")
"""Animals that are as often food."""
INSTRUMENT_WORDS = words("with using")
INSTRUMENTS = words(
    """knife spoon fork brush hammer saw gun stick bat racket scissors rope ball sword camera phone microphone pen
    pencil marker guitar sponge towel spatula whisk mixer blender tongs rifle pistol bow shovel broom mop razor comb
    needle drill wrench screwdriver tape glue hose bucket paintbrush chopsticks ladle grater peeler rake axe"""
)
UNCOLORED = words(
    "carpet fish fishes belt card screen hole market eye eyes bull onion onions pepper peppers wine"
)
"""Nouns whose color is part of a name."""
NAMED = words("bit music band song detector")
"""Nouns that take an attribute into a fixed name: a little bit, heavy metal music."""
PLACE_CLASSES: tuple[frozenset[str], ...] = (
    words(
        """kitchen stage street road park beach restaurant classroom gym studio office bedroom bathroom garden field
        forest pool lake river ocean sea desert mountain court stadium church hospital library store mall supermarket
        garage barn farm yard backyard lawn bridge tunnel cave jungle zoo aquarium pond lobby hallway airport runway
        sidewalk balcony woods snow ring club auditorium lab factory school water sand grass meadow"""
    ),
    words("car bus train plane boat truck helicopter"),
    words("couch sofa bed chair floor bench ground carpet rock stool"),
    words("pan oven pot bowl plate blender tray"),
)
"""Places of one class exclude each other; a couch does not exclude a kitchen."""
PLACE_PREPOSITIONS = words("in on at")

SYNONYMS: dict[str, str] = {
    "guy": "man", "bike": "bicycle", "bicycle": "bike", "movie": "film", "film": "movie",
    "couch": "sofa", "sofa": "couch", "street": "road", "automobile": "car", "airplane": "plane", "plane": "airplane",
    "photo": "picture", "kids": "children", "children": "kids", "tv": "television", "television": "tv",
    "speaking": "talking", "talking": "speaking", "speaks": "talks", "talks": "speaks", "little": "small",
    "large": "big", "lady": "woman", "ladies": "women", "guys": "men", "slicing": "cutting",
    "chopping": "cutting", "motorcycle": "motorbike", "motorbike": "motorcycle", "beside": "next to", "kid": "child",
}  # fmt: skip
"""Exchanges that keep a caption true."""
MISSPELLED = words(
    "preform preforms preforming preformed perfoming dacing sining palying wih teh peoples childrens persons tshirt"
)
"""Frequent enough to look like words."""
TENSELESS_FOLLOWERS = words("to of the a an")
SINGULAR_S = words(
    """glass bus dress grass news tennis chess class boss lens gas mess bass cross princess waitress actress
    mattress business process fitness address canvas cactus virus octopus hippopotamus christmas lacrosse
    gymnastics physics mathematics politics piss kiss fries scissors glasses jeans pants sunglasses shorts
    clothes series species always his its this is was has does as us plus less across various"""
)
"""Words in -s that are not plain plurals."""
IRREGULAR_PLURALS = words(
    "men women children people feet teeth mice geese fish sheep deer firemen policemen fishermen"
)
MASS = words(
    """water food music rice bread meat milk sugar salt flour oil cheese butter paper sand snow grass hair
    makeup dough chicken pasta soup juice beer wine coffee tea corn ice wood metal"""
)
