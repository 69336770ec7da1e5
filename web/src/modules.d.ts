declare module '*.css';

declare module 'saccade:colors' {
  export const heat: string; // Base64 of 256 RGBA colors
}
