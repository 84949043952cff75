// What Jenkins imports into every pipeline.
withConfig(configuration) { imports { normal 'com.cloudbees.groovy.cps.NonCPS' } }
