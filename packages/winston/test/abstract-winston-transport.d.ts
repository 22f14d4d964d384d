declare module 'abstract-winston-transport' {
  export default function suite(options: {
    name: string;
    Transport: new (options: never) => unknown;
    construct?: () => object;
  }): void;
}
