package dev.weakref.spring;

import dev.weakref.spring.EndpointApplication.Stack;

class EndpointOnTomcatTests extends EndpointHttpContract {

    EndpointOnTomcatTests() {
        super(Stack.TOMCAT);
    }
}
