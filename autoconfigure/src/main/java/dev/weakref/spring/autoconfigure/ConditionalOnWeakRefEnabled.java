package dev.weakref.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Matches unless {@code weakref.enabled} is off. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ConditionalOnSwitch(value = Switches.ENABLED, byDefault = true)
@interface ConditionalOnWeakRefEnabled {}
