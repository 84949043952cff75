// Jenkins' steps, as pipelines see them. Rewritten into continuations like a pipeline: a step that does something stops
// the program and lets the controller do it. No loop over an iterator has a step in it: iterators cannot be saved.
import com.cloudbees.groovy.cps.Continuable

class CurrentBuild implements Serializable {
  String home
  String result
  String description

  @NonCPS
  void setDescription(String text) {
    description = text
    new File(home, 'description').text = text
  }
}

class Steps implements Serializable {
  CurrentBuild currentBuild
  Map scm = [:]
  List scopes = []  // of variables, the innermost last
  List places = []  // directories, the innermost last

  def ask(String step, Map arguments) {
    if (places.isEmpty() && !(step in ['agent', 'credential', 'echo', 'libraryResource'])) {
      throw new Exception("Required context class hudson.FilePath is missing: ${step} outside of a node")
    }
    return Continuable.suspend([step: step, arguments: arguments, variables: getEnv(), directory: places ? places[-1] : null])
  }

  Map getEnv() {
    def all = [:]
    for (scope in scopes) all += scope
    return all
  }

  def within(List stack, value, Closure body) {
    stack.add(value)
    try {
      return body.call()
    } finally {
      stack.remove(stack.size() - 1)
    }
  }

  def pipeline(Closure body) { return new Declarative(steps: this).run(body) }

  def script(Closure body) { return body.call() }

  def withEnv(List variables, Closure body) {
    def scope = [:]
    for (variable in variables) {
      def parts = variable.split('=', 2)
      scope[parts[0]] = parts[1]
    }
    return within(scopes, scope, body)
  }

  def withCredentials(List bindings, Closure body) {
    def scope = [:]
    for (int i = 0; i < bindings.size(); ++i) scope[bindings[i].variable] = ask('credential', bindings[i])
    return within(scopes, scope, body)
  }

  def usernameColonPassword(Map given) { return given + [kind: 'login'] }

  def string(Map given) { return given + [kind: 'text'] }

  def file(Map given) { return given + [kind: 'file'] }

  def node(String label = 'built-in', Closure body) {
    def place = ask('agent', [label: label])
    return within(scopes, [NODE_LABELS: label, WORKSPACE: place]) { within(places, place, body) }
  }

  def dir(String path, Closure body) { return within(places, ask('resolve', [path: path]), body) }

  def stage(String name, Closure body) { return body.call() }

  // One after the other: each leg is real, though never two at a time. All are run, then the first failure is thrown.
  def parallel(Map branches) {
    def results = [:]
    def failure = null
    def names = branches.keySet() as List
    for (int i = 0; i < names.size(); ++i) {
      try {
        results[names[i]] = branches[names[i]].call()
      } catch (Exception error) {
        failure = failure ?: error
      }
    }
    if (failure) throw failure
    return results
  }

  def sh(Map given) { return ask('sh', given) }

  def sh(String script) { return ask('sh', [script: script]) }

  def libraryResource(String path) { return ask('libraryResource', [path: path]) }

  def pwd(Map given = [:]) { return ask('pwd', given) }

  def readFile(String path) { return ask('readFile', [path: path]) }

  def deleteDir() { return ask('deleteDir', [:]) }

  def junit(Map given) { return ask('junit', given) }

  def archiveArtifacts(Map given) { return ask('archiveArtifacts', given) }

  def checkout(source) { return ask('checkout', [:]) }

  def echo(String message) { return ask('echo', [message: message]) }

  def error(String message) { throw new Exception(message) }
}
