package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTests {

    @ParameterizedTest
    @CsvSource({
        "com.acme.Desk$$Lambda$14/0x0000000800c03000, com.acme.Desk (lambda)", // Java 17
        "com.acme.Desk$$Lambda/0x00007f92b471c678, com.acme.Desk (lambda)", // Java 21 and later
        "com.acme.Desk$$Lambda$4f3a9b0c2d, com.acme.Desk (lambda)", // a native image
        "com.acme.Desk$Drawer$$Lambda$3/0x08, com.acme.Desk$Drawer (lambda)",
        "com.acme.Generated/0x00007f92b471c678, com.acme.Generated", // another hidden class
        "com.acme.Desk$1, com.acme.Desk$1",
        "com.acme.Desk, com.acme.Desk"
    })
    void anActionIsShownWithoutAnAddress(String className, String shown) {
        assertThat(Names.ofAction(className)).isEqualTo(shown);
    }
}
