// Writes Discord's description down again as an OpenAPI 3.1 document: the package has it as TypeScript, paths as types and
// schemas as Zod's. What it leaves out (summaries, operation ids) stays left out.
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import * as z from "zod";
import * as schemas from "discord-api-spec/zod";

const [, , from, to] = process.argv;
const refer = (name) => ({ $ref: `#/components/schemas/${name}` });

const registry = z.registry();
for (const [name, schema] of Object.entries(schemas)) {
  if (name.endsWith("Schema")) registry.add(schema, { id: name.slice(0, -"Schema".length) });
}
const written = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input", unrepresentable: "any" });
const components = {};
for (const [id, schema] of Object.entries(written.schemas)) {
  delete schema.$schema;
  delete schema.$id;
  components[id] = schema;
}

const source = ts.createSourceFile("paths.ts", readFileSync(from, "utf8"), ts.ScriptTarget.Latest, true);
const paths = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === "Paths");
const members = (type) =>
  ts.isTypeLiteralNode(type) || ts.isInterfaceDeclaration(type)
    ? type.members.filter((m) => m.name).map((m) => [m.name.text ?? m.name.getText(), m.type, m.questionToken !== undefined])
    : [];
const member = (type, name) => members(type).find(([known]) => known === name)?.[1];

function schema(type) {
  switch (type.kind) {
    case ts.SyntaxKind.StringKeyword: return { type: "string" };
    case ts.SyntaxKind.NumberKeyword: return { type: "number" };
    case ts.SyntaxKind.BooleanKeyword: return { type: "boolean" };
    case ts.SyntaxKind.UnknownKeyword: return {};
    case ts.SyntaxKind.AnyKeyword: return {};
    case ts.SyntaxKind.ParenthesizedType: return schema(type.type);
    case ts.SyntaxKind.ArrayType: return { type: "array", items: schema(type.elementType) };
    case ts.SyntaxKind.UnionType: return { anyOf: type.types.map(schema) };
    case ts.SyntaxKind.IntersectionType: return { allOf: type.types.map(schema) };
    case ts.SyntaxKind.LiteralType:
      return type.literal.kind === ts.SyntaxKind.NullKeyword ? { type: "null" } : { const: literal(type.literal) };
    case ts.SyntaxKind.TypeLiteral: {
      const all = members(type);
      const any = type.members.find((m) => ts.isIndexSignatureDeclaration(m));
      if (any) return { type: "object", additionalProperties: schema(any.type) };
      const required = all.filter(([, , optional]) => !optional).map(([name]) => name);
      const properties = Object.fromEntries(all.map(([name, inner]) => [name, schema(inner)]));
      return { type: "object", properties, ...(required.length > 0 && { required }) };
    }
    case ts.SyntaxKind.TypeReference: {
      const name = type.typeName.getText();
      if (name === "Array") return { type: "array", items: schema(type.typeArguments[0]) };
      if (name === "Record") return { type: "object", additionalProperties: schema(type.typeArguments[1]) };
      if (name in components) return refer(name);
      return {};
    }
    default: throw new Error(`a type that is not known: ${type.getText().slice(0, 80)}`);
  }
}

function literal(node) {
  if (ts.isStringLiteral(node)) return node.text;
  return JSON.parse(node.getText());
}

function security(type) {
  return type.elements.map((one) =>
    Object.fromEntries(
      members(one).map(([name, scopes]) => [name, scopes.elements.map((scope) => scope.literal.text)]),
    ),
  );
}

function operation(type) {
  const parameters = [];
  for (const [place, inner] of members(member(type, "parameters"))) {
    for (const [name, of, optional] of members(inner)) {
      parameters.push({ name, in: place, required: place === "path" || !optional, schema: schema(of) });
    }
  }
  const said = { parameters, responses: {} };
  const body = type.members.find((m) => m.name.getText() === "requestBody");
  if (body && body.type.kind !== ts.SyntaxKind.UndefinedKeyword) {
    said.requestBody = { required: !body.questionToken, content: { "application/json": { schema: schema(body.type) } } };
  }
  for (const [status, of] of members(member(type, "responses"))) {
    const empty = [ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.NeverKeyword, ts.SyntaxKind.VoidKeyword].includes(of.kind);
    said.responses[status] = empty ? {} : { content: { "application/json": { schema: schema(of) } } };
  }
  const signed = member(type, "security");
  if (signed) said.security = security(signed);
  return said;
}

const document = {
  openapi: "3.1.0",
  info: { title: "Discord HTTP API", version: "10" },
  servers: [{ url: "https://discord.com/api/v10" }],
  paths: Object.fromEntries(
    members(paths).map(([path, item]) => [
      path,
      Object.fromEntries(members(item).map(([method, of]) => [method, operation(of)])),
    ]),
  ),
  components: {
    schemas: components,
    securitySchemes: {
      BotToken: { type: "apiKey", in: "header", name: "Authorization", description: "Bot and a space, then the bot's token" },
      OAuth2: { type: "oauth2", flows: {} },
    },
  },
};
writeFileSync(to, JSON.stringify(document));
