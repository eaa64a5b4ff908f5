/** Where a rule is broken today, per rule. Each list only shrinks: an entry that no longer violates fails its test. */
export const known: Readonly<Record<Rule, readonly string[]>> = {
  typeCycles: [],
  valueCycles: [],
  folderOrder: [],
  folderDoors: [],
  wildcardExports: [],
  reachable: [],
  pureImports: [],
  pureCode: [],
  rawClocks: [],
  swarmImports: [],
  looseDoubles: [],
  publishedDoubles: [],
  importedDoubles: []
}

type Rule =
  | 'typeCycles'
  | 'valueCycles'
  | 'folderOrder'
  | 'folderDoors'
  | 'wildcardExports'
  | 'reachable'
  | 'pureImports'
  | 'pureCode'
  | 'rawClocks'
  | 'swarmImports'
  | 'looseDoubles'
  | 'publishedDoubles'
  | 'importedDoubles'
