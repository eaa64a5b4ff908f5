import type { DaemonEvent } from '@unhosted/core/control'
import { createLiveRegion, type Output } from '@unhosted/terminal'
import { renderEvent, renderPlain, renderState } from './render.ts'
import { initialState, reduce } from './state.ts'

/** Shows the daemon's events as the output wants them: JSON lines, plain lines, or a live screen. */
export interface ServeView {
  onEvent(event: DaemonEvent): void
  /** Idempotent. */
  close(): void
}

export function createServeView(output: Output): ServeView {
  if (output.json) return { onEvent: (event) => output.event(event), close: () => {} }
  return output.live ? createLiveView(output) : createPlainView(output)
}

function createPlainView(output: Output): ServeView {
  let state = initialState
  return {
    onEvent(event) {
      const line = renderPlain(event, state, output.colours)
      state = reduce(state, event)
      if (line !== null) output.line(line)
    },
    close: () => {}
  }
}

function createLiveView(output: Output): ServeView {
  let state = initialState
  const region = createLiveRegion(output)
  return {
    onEvent(event) {
      state = reduce(state, event)
      region.update(renderState(state, output.colours))
      const line = renderEvent(event, output.colours)
      if (line !== null) region.print(line)
    },
    close: () => region.close()
  }
}
