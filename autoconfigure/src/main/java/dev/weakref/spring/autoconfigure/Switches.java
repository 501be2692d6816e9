package dev.weakref.spring.autoconfigure;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * The properties that switch something on or off.
 *
 * <p>Read from the environment, because conditions are evaluated before beans can be bound to properties.
 */
final class Switches {

    static final String ENABLED = "weakref.enabled";
    static final String INHERIT = "weakref.inherit";

    private Switches() {}

    /**
     * Whether a switch is on: any spelling that Boot's binder converts to a boolean, such as {@code on} or {@code no}.
     *
     * @param byDefault the answer if the property is not set, or empty
     * @throws InvalidConfigurationPropertyValueException if the value is no boolean
     */
    static boolean isOn(String property, boolean byDefault, Environment environment) {
        try {
            return Binder.get(environment).bind(property, Boolean.class).orElse(byDefault);
        } catch (BindException noBoolean) {
            ConfigurationProperty found = noBoolean.getProperty();
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    found == null ? environment.getProperty(property) : found.getValue(),
                    "It is no boolean. Write true or false, or remove the property for the default, which is "
                            + byDefault + ".");
        }
    }
}
