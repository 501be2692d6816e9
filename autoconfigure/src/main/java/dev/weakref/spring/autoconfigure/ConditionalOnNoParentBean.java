package dev.weakref.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/** Matches unless {@code weakref.inherit=true} and a parent of the context has a bean of this type. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnNoParentBeanCondition.class)
@interface ConditionalOnNoParentBean {

    /** What could be inherited. */
    Class<?> value();
}
