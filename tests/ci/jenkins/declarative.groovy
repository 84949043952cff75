// Declarative pipelines. What `pipeline { … }` says is read first, then done as Jenkins does it: an agent that has checked
// out before anything else, the variables, stages until one fails, `post`. Words that are not here are refused.

// A block whose words are the methods of its class.
abstract class Block implements Serializable {
  def read(Closure body) {
    body.delegate = this
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
    return this
  }
}

class AgentBlock extends Block {
  String label

  void label(String given) { label = given }
}

class PostBlock extends Block {
  Map conditions = [:]

  void always(Closure body) { conditions.always = body }

  void failure(Closure body) { conditions.failure = body }

  void success(Closure body) { conditions.success = body }

  void unsuccessful(Closure body) { conditions.unsuccessful = body }

  void cleanup(Closure body) { conditions.cleanup = body }
}

// What a pipeline and a stage have in common.
abstract class PlaceBlock extends Block {
  String any = 'any'
  String none = 'none'
  String agent  // a label, "any", "none"; null: that of what is around
  Closure variables
  Map post = [:]

  void agent(String given) { agent = given }

  void agent(Closure body) { agent = new AgentBlock().read(body).label }

  void environment(Closure body) { variables = body }

  void post(Closure body) { post = new PostBlock().read(body).conditions }
}

class StageBlock extends PlaceBlock {
  String name
  Closure work

  void steps(Closure body) { work = body }
}

class StagesBlock extends Block {
  List all = []

  void stage(String name, Closure body) {
    def one = new StageBlock(name: name).read(body)
    if (one.work == null) throw new Exception("Unknown stage section: nothing to execute within stage \"$name\"")
    all.add(one)
  }
}

class PipelineBlock extends PlaceBlock {
  List all = []

  void stages(Closure body) { all = new StagesBlock().read(body).all }
}

class Declarative implements Serializable {
  def steps

  void run(Closure body) {
    def whole = new PipelineBlock().read(body)
    if (whole.agent == null) throw new Exception('Missing required section "agent"')
    if (whole.all.isEmpty()) throw new Exception('Missing required section "stages"')
    inPlace(whole) {
      for (int i = 0; i < whole.all.size(); ++i) runStage(whole.all[i])
    }
  }

  void runStage(StageBlock stage) {
    def result = 'FAILURE'
    try {
      inPlace(stage) { plain(stage.work) }
      result = 'SUCCESS'
    } finally {
      steps.echo("Stage \"${stage.name}\": ${result}".toString())
    }
  }

  // Its agent and variables hold for `post`, too.
  void inPlace(PlaceBlock block, Closure body) {
    onAgent(block.agent) {
      steps.withEnv(variablesOf(block)) { finishing(block.post, body) }
    }
  }

  void onAgent(String label, Closure body) {
    if (label == null || label == 'none') {
      body.call()
    } else {
      steps.node(label) {
        def found = steps.checkout(steps.scm)
        def variables = []
        for (name in found.keySet()) variables.add("$name=${found[name]}".toString())
        steps.withEnv(variables, body)
      }
    }
  }

  List variablesOf(PlaceBlock block) {
    def known = steps.env
    def said = known + [env: known]
    if (block.variables != null) {
      block.variables.delegate = said
      block.variables.resolveStrategy = Closure.DELEGATE_ONLY
      block.variables.call()
    }
    def variables = []
    for (name in said.keySet()) if (name != 'env') variables.add("$name=${said[name]}".toString())
    return variables
  }

  // Nothing of `post` is left out because a part of it fails. The order is Jenkins'.
  void finishing(Map post, Closure body) {
    def failure = null
    try {
      body.call()
    } catch (Exception error) {
      failure = error
      steps.currentBuild.result = 'FAILURE'
    }
    def met = failure ? ['always', 'failure', 'unsuccessful', 'cleanup'] : ['always', 'success', 'cleanup']
    for (int i = 0; i < met.size(); ++i) {
      try {
        if (post[met[i]] != null) plain(post[met[i]])
      } catch (Exception error) {
        failure = failure ?: error
      }
    }
    if (failure != null) throw failure
  }

  // Steps: names in it are those of the Jenkinsfile, not of the block around.
  void plain(Closure body) {
    body.delegate = body.thisObject
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
  }
}
