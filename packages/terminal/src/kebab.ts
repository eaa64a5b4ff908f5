export { kebab } from '@unhosted/core/config'
