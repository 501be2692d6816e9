package dev.weakref.spring.endpoint;

import dev.weakref.spring.endpoint.EndpointApplication.Stack;

class EndpointOnTomcatTests extends EndpointHttpContract {

    EndpointOnTomcatTests() {
        super(Stack.TOMCAT);
    }
}
