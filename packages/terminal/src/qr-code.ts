import qrcode from 'qrcode-terminal'

/** `text` as a QR code of half blocks, for the camera of a phone. */
export function renderQr(text: string): string {
  let drawn = ''
  qrcode.generate(text, { small: true }, (code) => {
    drawn = code
  })
  return drawn
}
