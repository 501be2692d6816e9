package dev.weakref.spring;

import dev.weakref.spring.EndpointApplication.Stack;

class EndpointOnJettyTests extends EndpointHttpContract {

    EndpointOnJettyTests() {
        super(Stack.JETTY);
    }
}
