// Runs a pipeline as Jenkins does: Groovy 2.4, rewritten into continuations, which are written out and read back at each
// step as if Jenkins were restarted there. The agents are directories of this machine; what a step does is real.
//
//   controller.groovy LIBRARY PIPELINE HOME SOURCE
//
// LIBRARY holds vars/ and resources/; HOME takes agents/, archive/, junit/ and description; SOURCE is what `checkout` gets; credentials
// stand in HOME/credentials.json, by id. The exit code is 1 when the pipeline fails.
import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.NonCPS
import com.cloudbees.groovy.cps.ObjectInputStreamWithLoader
import com.cloudbees.groovy.cps.Outcome
import groovy.io.FileType
import groovy.json.JsonSlurperClassic
import java.lang.reflect.InvocationTargetException
import java.nio.file.Files
import java.nio.file.StandardCopyOption
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.TupleExpression
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.control.customizers.ImportCustomizer
import org.codehaus.groovy.runtime.InvokerHelper
import org.codehaus.groovy.syntax.SyntaxException

@interface Library {
  String[] value()
}

// In `steps { … }` of a declarative pipeline stand steps alone. Jenkins sees to it before anything runs.
class StepsAlone extends CompilationCustomizer {
  StepsAlone() { super(CompilePhase.SEMANTIC_ANALYSIS) }

  void call(SourceUnit source, GeneratorContext context, ClassNode type) {
    def refuse = { node, why -> source.addException(new SyntaxException(why, node.lineNumber, node.columnNumber)) }
    type.module.statementBlock.visit(new CodeVisitorSupport() {
      void visitMethodCallExpression(MethodCallExpression call) {
        super.visitMethodCallExpression(call)
        def body = call.arguments instanceof TupleExpression ? call.arguments.expressions.find { it instanceof ClosureExpression } : null
        if (call.methodAsString != 'steps' || body == null) return
        for (statement in body.code.statements) {
          def step = statement instanceof ExpressionStatement ? statement.expression : null
          if (!(step instanceof MethodCallExpression)) refuse(statement, 'Expected a step')
          else if (!step.implicitThis) refuse(step, 'Method calls on objects not allowed outside "script" blocks.')
        }
      }
    })
  }
}

// What a name in a pipeline means that it does not declare itself: a global variable of a library, else a step.
abstract class Pipeline extends Script implements Serializable {
  Object steps
  Map globals = [:]

  Object invokeMethod(String name, Object arguments) {
    if (globals.containsKey(name)) return InvokerHelper.invokeMethod(globals[name], 'call', arguments)
    return InvokerHelper.invokeMethod(steps, name, arguments)
  }

  Object getProperty(String name) {
    if (name == 'binding' || name == 'metaClass') return super.getProperty(name)
    return globals.containsKey(name) ? globals[name] : InvokerHelper.getProperty(steps, name)
  }
}

class Controller {
  File home
  File source
  File library
  Map credentials
  int steps = 0

  String pathOf(request, String path) {
    def file = new File(path)
    return file.absolute ? path : new File(request.directory, path).path
  }

  // Jenkins runs shell steps so, and shows both streams as one.
  def sh(request) {
    def script = new File(request.directory + '@tmp', "durable-${++steps}.sh")
    script.parentFile.mkdirs()
    script.text = request.arguments.script
    def builder = new ProcessBuilder('sh', '-xe', script.path).directory(new File(request.directory))
    builder.redirectErrorStream(true)
    builder.environment().putAll(request.variables)
    def process = builder.start()
    process.inputStream.eachLine { println it }
    def status = process.waitFor()
    script.delete()
    if (status != 0) throw new Exception("script returned exit code $status")
  }

  def credential(request) {
    def value = credentials[request.arguments.credentialsId]
    if (value == null) throw new Exception("Could not find credentials entry with ID '${request.arguments.credentialsId}'")
    return value
  }

  def agent(request) {
    def workspace = new File(home, "agents/${request.arguments.label}/workspace/job")
    workspace.mkdirs()
    return workspace.path
  }

  def resolve(request) {
    def path = pathOf(request, request.arguments.path)
    new File(path).mkdirs()
    return path
  }

  def libraryResource(request) { return new File(library, "resources/${request.arguments.path}").text }

  def pwd(request) { return request.arguments.tmp ? request.directory + '@tmp' : request.directory }

  def readFile(request) { return new File(pathOf(request, request.arguments.path)).text }

  def deleteDir(request) { new File(request.directory).deleteDir() }

  // Jenkins fails a step that is given an argument that it does not know.
  def known(request, names) {
    def unknown = request.arguments.keySet() - names
    if (unknown) throw new Exception("Unknown parameter(s) found for ${request.step}: ${unknown}")
  }

  // Copies what matches, and says whether anything did.
  boolean collect(request, String pattern, String target) {
    def top = new File(request.directory).toPath()
    def matcher = { top.fileSystem.getPathMatcher("glob:$it") }
    def found = []
    top.eachFileRecurse(FileType.FILES) { found << top.relativize(it) }
    found = found.findAll { matcher(pattern).matches(it) && !matcher(request.arguments.excludes ?: '').matches(it) }
    for (path in found) {
      def copy = home.toPath().resolve(target).resolve(path)
      Files.createDirectories(copy.parent)
      Files.copy(top.resolve(path), copy, StandardCopyOption.REPLACE_EXISTING)
    }
    return !found.empty
  }

  def junit(request) {
    known(request, ['testResults', 'allowEmptyResults'])
    if (!collect(request, request.arguments.testResults, 'junit') && !request.arguments.allowEmptyResults) {
      throw new Exception('No test report files were found')
    }
  }

  def archiveArtifacts(request) {
    known(request, ['artifacts', 'excludes', 'allowEmptyArchive'])
    if (!collect(request, request.arguments.artifacts, 'archive') && !request.arguments.allowEmptyArchive) {
      throw new Exception('No artifacts found that match')
    }
  }

  def checkout(request) {
    def clone = ['git', 'clone', '--quiet', source.path, '.'].execute(null, new File(request.directory))
    if (clone.waitFor() != 0) throw new Exception(clone.err.text)
    def commit = ['git', 'rev-parse', 'HEAD'].execute(null, new File(request.directory)).text.trim()
    return [GIT_COMMIT: commit, GIT_BRANCH: 'origin/main', GIT_URL: 'https://git.invalid/app.git']
  }

  def echo(request) { println request.arguments.message }

  def perform(request) {
    println "[Pipeline] ${request.step}"
    return invokeMethod(request.step, [request] as Object[])
  }

  Continuable restarted(Continuable program, ClassLoader loader) {
    def bytes = new ByteArrayOutputStream()
    new ObjectOutputStream(bytes).withStream { it.writeObject(program) }
    return new ObjectInputStreamWithLoader(new ByteArrayInputStream(bytes.toByteArray()), loader).readObject()
  }

  void run(Script pipeline, ClassLoader loader) {
    def program = new Continuable(pipeline)
    def outcome = new Outcome(null, null)
    while (true) {
      outcome = program.run0(outcome, Continuable.categories)
      if (!program.resumable) break
      program = restarted(program, loader)
      try {
        outcome = new Outcome(perform(outcome.normal), null)
      } catch (Exception error) {
        outcome = new Outcome(null, error)
      }
    }
    outcome.replay()
  }
}

def (library, pipeline, home, source) = args
def configuration = new CompilerConfiguration(scriptBaseClass: Pipeline.name)
configuration.addCompilationCustomizers(new StepsAlone(), new CpsTransformer(), new ImportCustomizer().addImports(NonCPS.name))
def loader = new GroovyClassLoader(getClass().classLoader, configuration)
def here = new File(getClass().protectionDomain.codeSource.location.path).parentFile
for (part in ['declarative', 'steps']) loader.parseClass(new File(here, "${part}.groovy"))
def steps = loader.loadClass('Steps').newInstance()
steps.currentBuild = loader.loadClass('CurrentBuild').newInstance(home: home)
steps.scopes << [JENKINS_URL: 'https://jenkins.invalid/', BUILD_TAG: "jenkins-${new File(home).name}-1".toString(), BRANCH_NAME: 'main']
def globals = [:]
new File(library, 'vars').eachFileMatch(~/.*\.groovy/) {
  globals[it.name - '.groovy'] = loader.parseClass(it).newInstance(steps: steps)
}
def script = loader.parseClass(new File(pipeline)).newInstance(steps: steps, globals: globals)
def stored = new File(home, 'credentials.json')
def controller = new Controller(home: new File(home), source: new File(source), library: new File(library),
                                credentials: stored.exists() ? new JsonSlurperClassic().parse(stored) : [:])
try {
  controller.run(script, loader)
  println 'Finished: SUCCESS'
} catch (InvocationTargetException | Exception failure) {
  println "ERROR: ${(failure.cause ?: failure).message}\nFinished: FAILURE"
  System.exit(1)
}
