/** Why a serial port did not open, for people, from what the port's library says. */
export function serialError({ message }: Error, path: string): string {
  if (/no such file|ENOENT/i.test(message)) {
    return `there is no ${path}; is the board plugged in? Boards are at /dev/ttyACM0, /dev/ttyUSB0 or in /dev/serial/by-id/`
  }
  if (/permission|EACCES/i.test(message)) {
    return `this user may not open ${path}; sudo usermod -aG dialout $USER, then log in again`
  }
  if (/lock|busy/i.test(message)) return `${path} is in use by another program`
  return message
}
