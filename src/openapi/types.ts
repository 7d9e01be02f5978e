// What an OpenAPI document of REST endpoints consists of: the part of OpenAPI 3.0 that is used here.
// https://spec.openapis.org/oas/v3.0.0

/** A JSON type, or a reference to one of the document's components. */
export type Schema = Reference | Described;

export interface Reference {
  readonly $ref: string;
}

export interface Described {
  /** The GraphQL name of the type. */
  readonly title?: string;
  /** Absent: any JSON. */
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';
  readonly description?: string;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly (string | null)[];
  readonly items?: Schema;
  readonly properties?: Properties;
  readonly default?: unknown;
  readonly allOf?: readonly Schema[];
}

export type Properties = Readonly<Record<string, Schema>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'header' | 'path' | 'query';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: Described;
}

interface Content {
  readonly 'application/json': { readonly schema: Described };
}

export interface OpenApiOperation {
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly description: string;
    readonly required: boolean;
    readonly content: Content;
  };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}

/** Operations by method in lower case. */
export type PathItem = Readonly<Record<string, OpenApiOperation>>;

export interface OpenApiDocument {
  readonly openapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly securitySchemes?: {
      readonly token: { readonly type: 'http'; readonly scheme: 'bearer'; readonly bearerFormat?: 'JWT' };
    };
  };
  readonly security?: readonly [{ readonly token: readonly [] }];
}
