/** Put in by the build: the version of the package. */
declare const MWAA_KIT_VERSION: string;

declare module '*.css' {
  const text: string;
  export default text;
}

declare module '*.svg' {
  const text: string;
  export default text;
}
