using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Amqp.Tests.Architecture;

/// <summary>
/// The references between the types of an assembly, read from the compiled code. References of a nested type count for its outer type.
/// </summary>
/// <remarks>References to constants are missing, because the compiler replaces each constant by its value.</remarks>
internal sealed class CompiledReferences
{
    private readonly HashSet<(string From, string To)> _pairs = [];
    private readonly HashSet<string> _namespaces = [];
    private string _reader = "";

    public CompiledReferences(IEnumerable<string> assemblies)
    {
        foreach (string assembly in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(assembly);
            foreach (var type in module.GetAllTypes())
                Read(type);
        }
    }

    /// <summary>The namespaces of all types, except types that the compiler has generated.</summary>
    public IReadOnlySet<string> Namespaces => _namespaces;

    /// <summary>Pairs of full type names. The first type of each pair uses the second type.</summary>
    public IReadOnlySet<(string From, string To)> Pairs => _pairs;

    private void Read(TypeDefinition type)
    {
        _reader = Outermost(type);
        if (type is { DeclaringType: null, Namespace: not "" })
            _namespaces.Add(type.Namespace);
        Note(type.BaseType);
        NoteAll(type.Interfaces.Select(implemented => implemented.InterfaceType));
        NoteAll(type.CustomAttributes.Select(attribute => attribute.AttributeType));
        NoteAll(type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType));
        NoteAll(type.Fields.Select(field => field.FieldType));
        foreach (var method in type.Methods)
            Read(method);
    }

    private void Read(MethodDefinition method)
    {
        Note(method.ReturnType);
        NoteAll(method.Parameters.Select(parameter => parameter.ParameterType));
        NoteAll(method.CustomAttributes.Select(attribute => attribute.AttributeType));
        NoteAll(method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType));
        if (method.Body is not { } body)
            return;
        NoteAll(body.Variables.Select(variable => variable.VariableType));
        NoteAll(body.ExceptionHandlers.Select(handler => handler.CatchType));
        foreach (var instruction in body.Instructions)
        {
            Note(instruction.Operand as TypeReference ?? (instruction.Operand as MemberReference)?.DeclaringType);
            if (instruction.Operand is GenericInstanceMethod generic)
                NoteAll(generic.GenericArguments);
        }
    }

    private void NoteAll(IEnumerable<TypeReference?> types)
    {
        foreach (var type in types)
            Note(type);
    }

    private void Note(TypeReference? type)
    {
        if (type is null or GenericParameter)
            return;
        if (type is GenericInstanceType generic)
            NoteAll(generic.GenericArguments);
        if (type is IModifierType modified)
            Note(modified.ModifierType);
        string name = Outermost(type.GetElementType());
        if (name != _reader)
            _pairs.Add((_reader, name));
    }

    private static string Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type.FullName.Split('`')[0];
    }
}
