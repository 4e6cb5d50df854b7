/** What a new resource is like. */
export type Archetype = "basic" | "user" | "content" | "tenant" | "lookup";

interface NewResource {
  readonly name: string;
  /** `, ref: users.id` when the project has that resource, otherwise nothing. */
  readonly refTo: (resource: string) => string;
}

/** The text of a resource file, by archetype. Each is valid as it is, without a warning. */
export const ARCHETYPES: Readonly<Record<Archetype, (resource: NewResource) => string>> = {
  basic: ({ name }) => `${heading(name)}
schema:
  id: { type: uuid, primary: true, generated: true }
  name: { type: string, required: true, min: 1, max: 200 }
  created_at: { type: timestamp, generated: true }
  updated_at: { type: timestamp, generated: true }

endpoints:
  list: { auth: public, sort: [created_at], pagination: cursor }
  get: { auth: public }
  create: { auth: [admin], input: [name] }
  update: { auth: [admin], input: [name] }
  delete: { auth: [admin] }

indexes:
  - { fields: [created_at] }
`,

  user: ({ name, refTo }) => `${heading(name)}
schema:
  id: { type: uuid, primary: true, generated: true }
  # Sensitive: part of no answer and no log line, so nobody can filter by it either.
  email: { type: string, format: email, required: true, unique: true, max: 320, sensitive: true }
  name: { type: string, required: true, min: 1, max: 200 }
  role: { type: enum, values: [admin, member], default: member }
  org_id: { type: uuid${refTo("organizations")}, nullable: true }
  created_at: { type: timestamp, generated: true }
  updated_at: { type: timestamp, generated: true }
  deleted_at: { type: timestamp, nullable: true }

endpoints:
  list:
    auth: [admin]
    filters: [role, org_id]
    search: [name]
    sort: [created_at, name]
    pagination: cursor
  get: { auth: [admin, member] }
  create: { auth: [admin], input: [email, name, role, org_id] }
  update: { auth: [admin], input: [name, role, org_id] }
  delete: { auth: [admin], soft_delete: true }

indexes:
  - { fields: [role] }
  - { fields: [org_id] }
  - { fields: [created_at] }
  - { fields: [name] }
`,

  content: ({ name, refTo }) => `${heading(name)}
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, min: 1, max: 200 }
  slug: { type: string, required: true, unique: true, min: 1, max: 120 }
  body: { type: string, required: true }
  status: { type: enum, values: [draft, published, archived], default: draft }
  author_id: { type: uuid${refTo("users")}, nullable: true }
  # Whose row it is: \`owner\` below compares it with the caller.
  created_by: { type: uuid, nullable: true }
  created_at: { type: timestamp, generated: true }
  updated_at: { type: timestamp, generated: true }
  deleted_at: { type: timestamp, nullable: true }

endpoints:
  list:
    auth: public
    filters: [status, author_id, slug]
    search: [title, body]
    sort: [created_at, title]
    pagination: cursor
    cache: { ttl: 60 }
  get: { auth: public, cache: { ttl: 300 } }
  create: { auth: [admin, member], input: [title, slug, body, status, author_id] }
  update: { auth: [admin, owner], input: [title, slug, body, status, author_id] }
  delete: { auth: [admin, owner], soft_delete: true }

indexes:
  - { fields: [status] }
  - { fields: [author_id] }
  - { fields: [created_at] }
  - { fields: [title] }
`,

  tenant: ({ name, refTo }) => `${heading(name)}
# Callers see the rows of their own tenant only.
tenant_key: org_id

schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid${refTo("organizations")}, required: true }
  name: { type: string, required: true, min: 1, max: 200 }
  created_at: { type: timestamp, generated: true }
  updated_at: { type: timestamp, generated: true }

endpoints:
  list: { auth: [admin, member], sort: [created_at], pagination: cursor }
  get: { auth: [admin, member] }
  create: { auth: [admin], input: [name] }
  update: { auth: [admin], input: [name] }
  delete: { auth: [admin] }

indexes:
  - { fields: [org_id, created_at] }
`,

  lookup: ({ name }) => `${heading(name)}
schema:
  id: { type: uuid, primary: true, generated: true }
  code: { type: string, required: true, unique: true, min: 1, max: 50 }
  label: { type: string, required: true, min: 1, max: 200 }

endpoints:
  list:
    auth: public
    filters: [code]
    sort: [code, label]
    pagination: offset
    cache: { ttl: 3600 }
  get: { auth: public, cache: { ttl: 3600 } }
  create: { auth: [admin], input: [code, label] }
  update: { auth: [admin], input: [code, label] }
  delete: { auth: [admin] }

indexes:
  - { fields: [label] }
`,
};

export function isArchetype(name: string): name is Archetype {
  return Object.hasOwn(ARCHETYPES, name);
}

function heading(name: string): string {
  return `# yaml-language-server: $schema=./.schema.json\nresource: ${name}\nversion: 1\n`;
}
