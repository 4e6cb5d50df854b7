import type { Random } from "./random.ts";
import type { Topic } from "./topics.ts";

type Template = (topic: Topic, random: Random) => string;

const TITLES: readonly Template[] = [
  ({ things }, { pick }) => `What I learned about ${pick(things)}`,
  ({ things, places }, { pick }) => `${capital(pick(things))} ${pick(places)}`,
  ({ things }, { pick, integer }) => `${integer(3, 9)} mistakes with ${pick(things)}`,
  ({ deeds }, { pick }) => `Why we ${pick(deeds)}`,
  ({ deeds, places }, { pick }) => `How to ${pick(deeds)} ${pick(places)}`,
  ({ things, tools }, { pick }) => `${capital(pick(things))} and ${pick(tools)}`,
  ({ things }, { pick, integer }) => `A year of ${pick(things)}, month ${integer(1, 12)}`,
  ({ things }, { sample }) => capital(sample(things, 2).join(" or ")),
  ({ tools }, { pick }) => `In praise of ${pick(tools)}`,
  ({ things, places }, { pick }) => `Notes on ${pick(things)} ${pick(places)}`,
];

const STATEMENTS: readonly Template[] = [
  ({ things, tools }, { pick }) => `Most advice about ${pick(things)} forgets ${pick(tools)}.`,
  ({ deeds, places }, { pick }) => `I used to ${pick(deeds)} ${pick(places)}, and nobody told me why that was wrong.`,
  ({ things }, { sample }) => sample(things, 2).join(" and ").concat(" do not go together as easily as the books say."),
  ({ deeds }, { sample }) => sample(deeds, 2).join(", then ").concat("; the rest can wait."),
  ({ tools, things }, { pick }) => `With ${pick(tools)} you notice ${pick(things)} you had overlooked for years.`,
  ({ places, deeds }, { pick }) => `${capital(pick(places))}, it is enough to ${pick(deeds)}.`,
  ({ things }, { pick, integer }) =>
    `It took ${integer(2, 14)} weeks and ${integer(2, 6)} attempts before the ${pick(things)} were right.`,
  ({ deeds }, { pick }) => `My neighbour insists that you ${pick(deeds)} first, and she has done it for decades.`,
  ({ tools }, { pick, integer }) => `All of it cost less than ${integer(5, 90)} euros, ${pick(tools)} included.`,
  ({ things, places }, { pick }) => `There is nothing quite like ${pick(things)} ${pick(places)}.`,
  ({ deeds }, { pick }) => `If you only remember one thing: ${pick(deeds)}.`,
  ({ things }, { pick }) => `Next month I want to look at ${pick(things)} again.`,
];

const REMARKS: readonly Template[] = [
  ({ deeds }, { pick }) => `Thank you! I would still ${pick(deeds)}.`,
  ({ things }, { pick }) => `Never had any luck with ${pick(things)}.`,
  ({ tools }, { pick }) => `Would ${pick(tools)} do as well?`,
  ({ places }, { pick }) => `Works for me, even ${pick(places)}.`,
  ({ things }, { pick, integer }) => `${integer(2, 30)} years with ${pick(things)} and I did not know this.`,
  ({ deeds }, { pick }) => `Do you always ${pick(deeds)}?`,
  ({ tools }, { pick }) => `I swear by ${pick(tools)}.`,
  ({ things }, { pick }) => `More about ${pick(things)}, please.`,
  ({ deeds, places }, { pick }) => `Tried to ${pick(deeds)} ${pick(places)}. Not again.`,
  ({ things }, { pick }) => `The part about ${pick(things)} made my day.`,
  ({ places }, { pick }) => `We met ${pick(places)}, remember?`,
  (_topic, { pick }) =>
    pick(["Lovely.", "So true.", "Bookmarked.", "Sent this to my father.", "Wrong link?", "Second this."]),
];

export function title(topic: Topic, random: Random): string {
  return random.pick(TITLES)(topic, random);
}

/** Different statements about one topic, as a paragraph. */
export function paragraph(topic: Topic, random: Random, sentences: number): string {
  return random
    .sample(STATEMENTS, sentences)
    .map((statement) => capital(statement(topic, random)))
    .join(" ");
}

export function remark(topic: Topic, random: Random): string {
  return random.pick(REMARKS)(topic, random);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
