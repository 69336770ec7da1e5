declare module '*.css';

declare module 'saccade:colors' {
  export const tables: Record<string, string>; // by palette, Base64 of 256 RGBA colors
}
