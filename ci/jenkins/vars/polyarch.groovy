// Hands the inputs to the engine as POLYARCH_* variables, and gives its outputs back as a map. No behaviour lives here.
import groovy.json.JsonOutput

def call(Map inputs = [:]) {
  def results = "${pwd(tmp: true)}/polyarch-result-${UUID.randomUUID()}.txt"
  def variables = ["POLYARCH_RESULT_FILE=${results}"]
  for (input in inputs) {
    variables << "${variableOf(input.key)}=${valueOf(input.value)}"
  }
  withEnv(variables) {
    try {
      sh '"${POLYARCH_ENGINE:-polyarch}" build'
      return outputsOf(readFile(results))
    } finally {
      sh 'rm -f "$POLYARCH_RESULT_FILE"'
    }
  }
}

// buildArgs and build-args both become POLYARCH_BUILD_ARGS.
@NonCPS
def variableOf(name) {
  return 'POLYARCH_' + name.toString().replaceAll(/([a-z])([A-Z])/, '$1_$2').replace('-', '_').toUpperCase()
}

@NonCPS
def valueOf(value) {
  return value instanceof Collection ? JsonOutput.toJson(value.collect { it.toString() }) : value.toString()
}

@NonCPS
def outputsOf(text) {
  def outputs = [:]
  text.readLines().each { line ->
    def separator = line.indexOf('=')
    if (separator > 0) outputs[line.substring(0, separator)] = line.substring(separator + 1)
  }
  return outputs
}
