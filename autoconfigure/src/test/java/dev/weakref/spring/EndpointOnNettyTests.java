package dev.weakref.spring;

import dev.weakref.spring.EndpointApplication.Stack;

class EndpointOnNettyTests extends EndpointHttpContract {

    EndpointOnNettyTests() {
        super(Stack.NETTY);
    }
}
