/** What the blog writes about. Sentences take their words from one topic, so that a post stays with its subject. */
export interface Topic {
  /** Also the name of the tag. */
  readonly name: string;
  readonly description: string;
  readonly color: string;
  /** Things, in the plural or uncountable: they follow `the`, `your` and `about`. */
  readonly things: readonly string[];
  /** What people do, as an infinitive without `to`. */
  readonly deeds: readonly string[];
  readonly places: readonly string[];
  readonly tools: readonly string[];
}

export const TOPICS: readonly Topic[] = [
  {
    name: "gardening",
    description: "Beds, balconies and everything that grows in them.",
    color: "green",
    things: ["tomato seedlings", "raised beds", "climbing beans", "herb pots", "compost heaps", "heirloom seeds"],
    deeds: [
      "prune the old wood",
      "water before sunrise",
      "mulch the paths",
      "save seed for spring",
      "rotate the crops",
    ],
    places: ["on a north-facing balcony", "behind the shed", "in a cold frame", "along the fence"],
    tools: ["a hand fork", "a rain barrel", "a soil thermometer", "old newspapers"],
  },
  {
    name: "baking",
    description: "Flour, water, salt and patience.",
    color: "amber",
    things: ["sourdough loaves", "rye starters", "seeded rolls", "plum tarts", "flatbreads", "puff pastry layers"],
    deeds: ["fold the dough", "feed the starter", "score the crust", "rest the butter", "bake until it sounds hollow"],
    places: ["in a small oven", "on a baking stone", "in the village bakery", "on a winter morning"],
    tools: ["a bench scraper", "a cast-iron pot", "a kitchen scale", "a linen cloth"],
  },
  {
    name: "cycling",
    description: "Getting there, and the way there.",
    color: "teal",
    things: ["gravel tyres", "commuter bikes", "dynamo lights", "brake pads", "pannier bags", "old steel frames"],
    deeds: ["true a wheel", "oil the chain", "plan a flat route", "ride into the wind", "fix a puncture"],
    places: ["along the canal", "over the pass", "between two stations", "through the rain"],
    tools: ["a chain gauge", "a spoke key", "two tyre levers", "a track pump"],
  },
  {
    name: "astronomy",
    description: "Looking up, with and without a telescope.",
    color: "violet",
    things: ["meteor showers", "double stars", "planetary nebulae", "lunar craters", "dark skies", "star charts"],
    deeds: ["wait for the eyes to adapt", "align the mount", "sketch what you see", "stack a hundred frames"],
    places: ["far from the street lamps", "on a frozen lake", "from the school roof", "at the edge of town"],
    tools: ["a red torch", "a pair of binoculars", "a Dobsonian", "a warm flask"],
  },
  {
    name: "databases",
    description: "Where the data lives, and how it gets out again.",
    color: "blue",
    things: ["partial indexes", "slow queries", "foreign keys", "migration scripts", "query plans", "connection pools"],
    deeds: [
      "read the plan first",
      "measure before tuning",
      "test the restore",
      "bound every wait",
      "drop unused indexes",
    ],
    places: ["in production", "on a laptop", "behind a pooler", "at three in the morning"],
    tools: ["a sampling profiler", "an explain plan", "a staging copy", "a plain text log"],
  },
  {
    name: "woodwork",
    description: "Joints, finishes and the occasional plaster.",
    color: "amber",
    things: ["dovetail joints", "kitchen stools", "oak boards", "hand planes", "picture frames", "garden benches"],
    deeds: ["sharpen the iron", "mark with a knife", "let the glue set", "plane with the grain", "measure twice"],
    places: ["in a shared workshop", "on the kitchen table", "under the stairs", "in an unheated barn"],
    tools: ["a marking gauge", "a Japanese saw", "four clamps", "a block of beeswax"],
  },
  {
    name: "photography",
    description: "Light, and what it falls on.",
    color: "grey",
    things: [
      "long exposures",
      "contact sheets",
      "street portraits",
      "film negatives",
      "morning shadows",
      "wide lenses",
    ],
    deeds: [
      "wait for the light",
      "leave the flash at home",
      "print the best three",
      "walk closer",
      "keep the horizon level",
    ],
    places: ["at the harbour", "in the underground", "on the last tram", "under a bridge"],
    tools: ["a light tripod", "a grey card", "a fifty-millimetre lens", "a roll of film"],
  },
  {
    name: "hiking",
    description: "Long ways on foot.",
    color: "green",
    things: ["ridge walks", "mountain huts", "trail markers", "worn boots", "river crossings", "paper maps"],
    deeds: ["start before dawn", "read the contour lines", "turn back in time", "carry less", "refill at every spring"],
    places: ["above the tree line", "in late October", "along the old border", "beside the glacier"],
    tools: ["a compass", "a head torch", "two walking poles", "a dry bag"],
  },
  {
    name: "music",
    description: "Played, mended and listened to.",
    color: "pink",
    things: ["open tunings", "upright pianos", "choir rehearsals", "worn records", "bass lines", "folk tunes"],
    deeds: ["slow it down", "count out loud", "tune by ear", "play with others", "record every rehearsal"],
    places: ["in the church hall", "at the kitchen table", "on a small stage", "in a rehearsal room"],
    tools: ["a metronome", "a capo", "a clip-on tuner", "a four-track recorder"],
  },
  {
    name: "electronics",
    description: "Small currents, small boards, small surprises.",
    color: "red",
    things: ["sensor nodes", "solder joints", "radio kits", "ribbon cables", "battery packs", "seven-segment clocks"],
    deeds: ["measure the idle current", "label every wire", "check the polarity", "read the data sheet"],
    places: ["on a breadboard", "in the attic", "at the repair cafe", "inside an old radio"],
    tools: ["a logic probe", "a fine soldering tip", "a bench supply", "a magnifying lamp"],
  },
  {
    name: "languages",
    description: "Learning to say it differently.",
    color: "teal",
    things: [
      "irregular verbs",
      "border dialects",
      "loan words",
      "old dictionaries",
      "subtitled films",
      "tandem partners",
    ],
    deeds: ["read aloud", "keep a notebook", "make mistakes early", "repeat after a day", "think in short sentences"],
    places: ["on the night train", "in a market queue", "at the library", "over breakfast"],
    tools: ["a stack of cards", "a phrase book", "a radio play", "a patient neighbour"],
  },
  {
    name: "birds",
    description: "Seen, heard, and missed by a second.",
    color: "blue",
    things: ["swift colonies", "nest boxes", "winter flocks", "marsh warblers", "migration counts", "dawn choruses"],
    deeds: ["stand still", "listen first", "note the time", "clean the boxes in autumn", "learn one call a week"],
    places: ["at the reservoir", "over the rooftops", "in the reed beds", "from the kitchen window"],
    tools: ["a field notebook", "a spotting scope", "a ring number list", "a quiet coat"],
  },
];
