export { laneClosed, matchLane, parseAddress, parseAmount, refuseContract } from './parse.ts'
export { renderDeployment, renderLanes, shortLane, spanInWords } from './render.ts'
export { renderStake, stakeDocument } from './render-stake.ts'
export { confirm, openChain, openPayer, openSender, showSigned } from './session.ts'
