package dev.weakref.spring.endpoint;

import dev.weakref.spring.endpoint.EndpointApplication.Stack;

class EndpointOnJettyTests extends EndpointHttpContract {

    EndpointOnJettyTests() {
        super(Stack.JETTY);
    }
}
