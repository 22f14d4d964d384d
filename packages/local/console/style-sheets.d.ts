/** esbuild puts style sheets into console.css. */
declare module '*.css' {}
