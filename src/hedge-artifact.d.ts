// The module that holds the artifact: the text `encodeArtifact` wrote, kept apart from the code in every bundle.

declare module 'hedge-artifact' {
  const text: string;
  export default text;
}
