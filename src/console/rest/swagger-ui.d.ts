// The part of swagger-ui-dist that the page uses; the package brings no types.

declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** A request that is about to be sent. */
  export interface UiRequest {
    url: string;
    headers: Record<string, string>;
  }

  export interface UiOptions {
    readonly domNode: Element;
    /** An OpenAPI document. */
    readonly spec: object;
    /** Another service that the document would be sent to; null: none. */
    readonly validatorUrl: null;
    /** How many levels of the list of models stand open. */
    readonly defaultModelsExpandDepth: number;
    readonly requestInterceptor: (request: UiRequest) => UiRequest;
  }

  export default function SwaggerUi(options: UiOptions): void;
}
