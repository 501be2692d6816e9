package dev.weakref.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/** Matches if a property is on. Boot's own condition compares texts: {@code yes} would be off, and a typo as well. */
@Target({ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSwitchCondition.class)
@interface ConditionalOnSwitch {

    /** The name of the property. */
    String value();

    /** Whether it is on if the property is not set. */
    boolean byDefault() default false;
}
