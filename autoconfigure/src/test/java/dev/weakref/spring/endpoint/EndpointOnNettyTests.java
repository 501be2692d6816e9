package dev.weakref.spring.endpoint;

import dev.weakref.spring.endpoint.EndpointApplication.Stack;

class EndpointOnNettyTests extends EndpointHttpContract {

    EndpointOnNettyTests() {
        super(Stack.NETTY);
    }
}
