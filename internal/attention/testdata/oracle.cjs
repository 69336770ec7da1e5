// Runs an ONNX model on one thread: node oracle.cjs MODEL INPUT OUTPUT HEIGHT WIDTH RUNS
// INPUT and OUTPUT are raw float32. Prints the least time of a run and the processor time per run in milliseconds.
const fs = require('fs')
const ort = require('onnxruntime-node')
const [model, input, output, height, width, runs] = process.argv.slice(2)

async function main() {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all'
  })
  const bytes = fs.readFileSync(input)
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const feeds = { image: new ort.Tensor('float32', data, [1, 3, +height, +width]) }
  const times = []
  let result = await session.run(feeds)
  const before = process.cpuUsage()
  for (let i = 0; i < +runs; i++) {
    const start = process.hrtime.bigint()
    result = await session.run(feeds)
    times.push(Number(process.hrtime.bigint() - start) / 1e6)
  }
  const used = process.cpuUsage(before)
  const out = result.logits.data
  fs.writeFileSync(output, Buffer.from(out.buffer, out.byteOffset, out.length * 4))
  console.log(JSON.stringify({ min: Math.min(...times), cpu: (used.user + used.system) / 1000 / times.length }))
}
main()
