package dev.weakref.spring.collections;

import org.springframework.core.ResolvableType;

/**
 * A weak collection was asked for by a type that does not say what is in it: raw, with a wildcard, or with a type
 * variable that nobody has chosen a type for.
 *
 * @since 0.1
 */
public final class UnclearCollectionTypeException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String collection;
    private final String type;
    private final String example;

    UnclearCollectionTypeException(ResolvableType type) {
        super("The type " + type.getType().getTypeName()
                + " does not say what is in the collection; write out its type arguments");
        this.collection = type.resolve(Object.class).getSimpleName();
        this.type = type.getType().getTypeName();
        example = collection
                + (type.resolve(Object.class).getTypeParameters().length == 1 ? "<Session>" : "<String, Session>");
    }

    /** The simple name of the collection's class. */
    public String getCollection() {
        return collection;
    }

    /** The type that was asked for, as in source code but with full names. */
    public String getType() {
        return type;
    }

    /** A type of this collection with its type arguments, as an example. */
    public String getExample() {
        return example;
    }
}
