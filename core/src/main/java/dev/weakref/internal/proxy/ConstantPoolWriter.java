package dev.weakref.internal.proxy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the constant pool of a class file. It has each constant once, and returns its index. */
final class ConstantPoolWriter {

    /** The tags of the constants, from table 4.4-B of the Java Virtual Machine Specification. */
    private static final int UTF8 = 1;

    private static final int CLASS = 7;
    private static final int FIELD = 9;
    private static final int METHOD = 10;
    private static final int INTERFACE_METHOD = 11;
    private static final int NAME_AND_TYPE = 12;

    private final Map<List<Object>, Integer> constants = new LinkedHashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** The count that a class file has in front of its constants: one more than there are. */
    int count() {
        return constants.size() + 1;
    }

    void writeTo(DataOutputStream file) throws IOException {
        bytes.writeTo(file);
    }

    int utf8(String text) throws IOException {
        return constant(List.of(UTF8, text), out -> out.writeUTF(text));
    }

    int type(String internalName) throws IOException {
        int nameIndex = utf8(internalName);
        return constant(List.of(CLASS, nameIndex), out -> out.writeShort(nameIndex));
    }

    int field(String owner, String name, String descriptor) throws IOException {
        return member(FIELD, owner, name, descriptor);
    }

    int method(String owner, String name, String descriptor) throws IOException {
        return member(METHOD, owner, name, descriptor);
    }

    int interfaceMethod(String owner, String name, String descriptor) throws IOException {
        return member(INTERFACE_METHOD, owner, name, descriptor);
    }

    private int member(int tag, String owner, String name, String descriptor) throws IOException {
        int ownerIndex = type(owner);
        int nameIndex = utf8(name);
        int descriptorIndex = utf8(descriptor);
        int both = constant(List.of(NAME_AND_TYPE, nameIndex, descriptorIndex), out -> {
            out.writeShort(nameIndex);
            out.writeShort(descriptorIndex);
        });
        return constant(List.of(tag, ownerIndex, both), out -> {
            out.writeShort(ownerIndex);
            out.writeShort(both);
        });
    }

    private int constant(List<Object> key, Content content) throws IOException {
        Integer known = constants.get(key);
        if (known != null) {
            return known;
        }
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte((Integer) key.get(0));
        content.writeTo(out);
        constants.put(key, constants.size() + 1);
        return constants.size();
    }

    /** What follows the tag of a constant. */
    private interface Content {
        void writeTo(DataOutputStream out) throws IOException;
    }
}
