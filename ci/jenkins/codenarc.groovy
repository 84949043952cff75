// CodeNarc's rules for vars/. Those that are left out, and why:
ruleset {
  ruleset('rulesets/basic.xml')
  ruleset('rulesets/braces.xml') {
    exclude 'IfStatementBraces'  // what fits on one line needs none
    exclude 'ForStatementBraces'
  }
  ruleset('rulesets/concurrency.xml')
  ruleset('rulesets/convention.xml') {
    exclude 'CompileStatic'  // a pipeline's steps are found when it runs
    exclude 'ImplicitClosureParameter'  // `it` is plain in a closure of one line
    exclude 'MethodParameterTypeRequired'  // text, list or whatever a pipeline gives
    exclude 'MethodReturnTypeRequired'
    exclude 'NoDef'
    exclude 'VariableTypeRequired'
  }
  ruleset('rulesets/design.xml') {
    exclude 'Instanceof'  // an input may be text or a list: that is their point
  }
  ruleset('rulesets/exceptions.xml')
  ruleset('rulesets/formatting.xml') {
    Indentation { spacesPerIndentLevel = 2 }
    SpaceAroundMapEntryColon { characterAfterColonRegex = /\s/ }
  }
  ruleset('rulesets/generic.xml')
  ruleset('rulesets/groovyism.xml') {
    exclude 'GStringExpressionWithinString'  // it is the shell's
  }
  ruleset('rulesets/imports.xml')
  // rulesets/jenkins.xml finds nothing in files without the imports that Jenkins adds: the tests save each pipeline instead
  ruleset('rulesets/logging.xml')
  ruleset('rulesets/naming.xml')
  ruleset('rulesets/security.xml')
  ruleset('rulesets/size.xml')
  ruleset('rulesets/unnecessary.xml') {
    exclude 'UnnecessaryCollectCall'  // Jenkins' rewriting did not always know `*.`
    exclude 'UnnecessaryReturnKeyword'  // said, what a step returns is no accident
  }
  ruleset('rulesets/unused.xml')
}
