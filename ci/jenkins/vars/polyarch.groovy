// Steps for pipelines; polyarch.txt tells how to use them. They hand inputs and credentials to the engine as variables,
// and its outputs back as a map. No behaviour lives here.
import groovy.json.JsonOutput

def call(Map inputs = [:]) {
  return onThisAgent(inputs)
}

// One run on several agents: each builds its platforms natively, and the one that completes the run publishes.
def matrix(Map inputs) {
  def outputs = [:]
  def legs = [:]
  def agents = pairsOf(inputs.agents)
  for (int i = 0; i < agents.size(); ++i) {  // an iterator could not be saved while a leg runs
    def platform = agents[i][0]
    def label = agents[i][1]
    legs[platform] = {
      node(label) {
        withEnv(sourceVariables(inputs.source ? inputs.source.call() : checkout(scm))) {
          def made = onThisAgent(legOf(inputs, platform))
          if (made.digest) outputs.putAll(made)
        }
      }
    }
  }
  parallel legs
  return outputs
}

def onThisAgent(Map inputs) {
  // Beside the workspace: what a run reports must not be in the context of the next one.
  def directory = "${pwd(tmp: true)}/polyarch-${UUID.randomUUID()}"
  def report = inputs.reportDir ?: 'polyarch-report'
  def outputs
  try {
    withCredentials(bindingsOf(inputs)) {
      withEnv(variablesOf(inputs, "${directory}/${report}") + secretFilesOf(inputs)) {
        sh label: 'polyarch build',
           script: libraryResource('polyarch/engine.sh') + '"${POLYARCH_ENGINE:-polyarch}" build'
      }
    }
    outputs = outputsOf(readFile("${directory}/${report}/outputs.txt"))
  } catch (failure) {
    try {
      keepReport(directory)
    } catch (problem) {
      echo "polyarch: the report was not kept: ${problem.message}"  // what failed before it is what counts
    }
    throw failure
  }
  keepReport(directory)
  outputs.report = "${report}/report.json"
  if (outputs.digest) currentBuild.description = outputs.reference
  return outputs
}

def keepReport(String directory) {
  dir(directory) {
    try {
      junit testResults: '*/junit.xml', allowEmptyResults: true
      archiveArtifacts artifacts: '**', excludes: '*/outputs.txt', allowEmptyArchive: true
    } finally {
      deleteDir()
    }
  }
}

def bindingsOf(Map inputs) {
  def bindings = []
  for (pair in numbered(inputs.credentials)) {
    bindings << usernameColonPassword(credentialsId: pair[1], variable: "POLYARCH_LOGIN_${pair[2]}")
  }
  for (pair in numbered(inputs.secrets)) {
    bindings << string(credentialsId: pair[1], variable: "POLYARCH_TEXT_${pair[2]}")
  }
  for (pair in numbered(boundFiles(inputs))) {
    bindings << file(credentialsId: pair[1], variable: "POLYARCH_PATH_${pair[2]}")
  }
  return bindings
}

// Where a credential of the kind "file" lies is known only once it is bound.
def secretFilesOf(Map inputs) {
  def files = []
  for (pair in numbered(boundFiles(inputs))) files << "${pair[0]}=${env["POLYARCH_PATH_${pair[2]}".toString()]}"
  return files ? ["POLYARCH_SECRET_FILES=${textOf(files)}"] : []
}

// What is not an input of the engine, or is given to it in another shape.
@NonCPS
def variablesOf(Map inputs, directory) {
  def own = ['image', 'credentials', 'secrets', 'agents', 'source', 'reportDir']
  def variables = ["POLYARCH_REPORT_DIR=${directory}", "POLYARCH_RESULT_FILE=${directory}/outputs.txt"]
  if (inputs.secretFiles instanceof Map) own << 'secretFiles'
  def given = inputs.findAll { !(it.key in own) && it.value != null }
  if (inputs.image) given.tags = inputs.image
  def logins = numbered(inputs.credentials).collect { "${it[0]}=POLYARCH_LOGIN_${it[2]}" }
  def texts = numbered(inputs.secrets).collect { "${it[0]}=POLYARCH_TEXT_${it[2]}" }
  if (logins) given.registryAuthEnvs = logins
  if (texts) given.secretEnvs = texts
  given.each { variables << "${variableOf(it.key)}=${textOf(it.value)}" }
  return variables.collect { it.toString() }
}

@NonCPS
def legOf(Map inputs, platform) {
  def report = "${inputs.reportDir ?: 'polyarch-report'}-${platform.replaceAll(/\W+/, '-')}".toString()
  return [platforms: inputs.agents.keySet() as List] + inputs + [only: platform, reportDir: report]
}

// What `checkout` found out; only declarative pipelines make variables of it.
@NonCPS
def sourceVariables(found) {
  return found instanceof Map ? found.collect { "${it.key}=${it.value}".toString() } : []
}

// Those that are ids of credentials; text names files.
@NonCPS
def boundFiles(Map inputs) {
  return inputs.secretFiles instanceof Map ? inputs.secretFiles : [:]
}

// Lists instead of map entries: a pipeline is saved while a step runs, and these cannot be.
@NonCPS
def pairsOf(Map map) {
  return (map ?: [:]).collect { [it.key.toString(), it.value.toString()] }
}

@NonCPS
def numbered(Map map) {
  def pairs = pairsOf(map)
  for (int i = 0; i < pairs.size(); ++i) pairs[i] << i
  return pairs
}

// buildArgs and build-args both become POLYARCH_BUILD_ARGS.
@NonCPS
def variableOf(name) {
  return 'POLYARCH_' + name.toString().replaceAll(/([a-z])([A-Z])/, '$1_$2').replace('-', '_').toUpperCase()
}

@NonCPS
def textOf(value) {
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
