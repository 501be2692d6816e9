package dev.weakref.docs;

import dev.weakref.FinalizerRegistry;

// example: at exit
class Exiting {
    public static void main(String[] args) {
        Object obj = new Object();
        FinalizerRegistry.global().register(obj, "obj dead or exiting", System.out::println);
        System.exit(0); // prints "obj dead or exiting"
    }
}
// end
