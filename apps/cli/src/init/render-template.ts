/** What a template may ask for. */
export interface TemplateValues {
  /** As the user wrote it. */
  readonly name: string;
  /** The name as npm accepts it. */
  readonly package: string;
  /** The name as a database has it: `_` for `-`. */
  readonly database: string;
  /** Version of this command. */
  readonly version: string;
  /** A random secret. */
  readonly secret: string;
}

/** Fills in `$NAME$` and the others, a form that formatters leave alone; an unknown one is a defect of the template. */
export function renderTemplate(text: string, values: TemplateValues): string {
  return text.replace(/\$([A-Z]+)\$/g, (_match, written: string) => {
    const key = written.toLowerCase();
    if (!Object.hasOwn(values, key)) throw new TypeError(`A template asks for "${key}", which does not exist.`);
    return values[key as keyof TemplateValues];
  });
}

/** The path a template is written to: npm leaves dotfiles out of a package and reads a package.json in it. */
export function targetPath(template: string): string {
  return template
    .split("/")
    .map((part) => part.replace(/^_/, ".").replace(/\.template$/, ""))
    .join("/");
}
