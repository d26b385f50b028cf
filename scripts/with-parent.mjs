// Ends this process as SIGTERM would once whoever started it is gone, however that ended: node --import, with an IPC channel.
process.once('disconnect', () => {
  // Nobody reads any more what it says on its way out.
  for (const out of [process.stdout, process.stderr]) out.on('error', () => undefined)
  process.kill(process.pid, 'SIGTERM')
})
process.channel?.unref()
