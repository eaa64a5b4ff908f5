/** `T` with nothing in it that can be assigned. A branded number is an object to the compiler, and stays a number. */
export type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T
