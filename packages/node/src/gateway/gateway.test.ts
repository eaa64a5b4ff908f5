import { describe, expect, it } from 'vitest'
import { answer, fakeDispatcher, testGateway } from './testing.ts'

const headers = { host: 'localhost:7777', 'content-type': 'application/json' }

describe('gateway', () => {
  it('passes a chat request on and answers under the name that was asked for', async () => {
    const dispatcher = fakeDispatcher(async (_request, { onPlacement }) => {
      const response = answer(['{"choices":[],"model":"alias","object":"chat.completion"}'])
      onPlacement(response.placement)
      return response
    })
    await using test = testGateway(dispatcher)
    const response = await test.gateway.app.inject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers,
      payload: '{"model":"tiny","messages":[]}'
    })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({ choices: [], model: 'tiny', object: 'chat.completion' })
    expect(response.headers['x-unhosted-served-by']).toBe('laptop; peer=12D3KooWtest')
    expect(response.headers['x-unhosted-plan']).toBe('solo CPU')
    expect(test.events).toMatchObject([{ status: 200, modelName: 'tiny', servedBy: 'laptop' }])
  })
})
