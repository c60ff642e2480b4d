//! What a script reads at all, seen from its syntax tree, so that facts nobody reads are not copied.

use rhai::{AST, ASTNode, Expr, Stmt};

use crate::id::GroupId;
use crate::rules::names::Names;
use crate::rules::scene::Uses;

impl Uses {
    /// What `ast` may read. Goes by names alone, so it can only say too much.
    pub(super) fn of(ast: &AST, names: &Names) -> Uses {
        let mut uses = Uses::default();
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            match path.last() {
                Some(ASTNode::Expr(Expr::Property(property, _))) => match property.2.as_str() {
                    "text" => uses.text = true,
                    "original_text" => uses.original_text = true,
                    _ => {}
                },
                Some(
                    ASTNode::Expr(Expr::MethodCall(call, _) | Expr::FnCall(call, _))
                    | ASTNode::Stmt(Stmt::FnCall(call, _)),
                ) => uses.calls(&call.name, &call.args, names),
                _ => {}
            }
            true
        });
        uses
    }

    fn calls(&mut self, name: &str, args: &[Expr], names: &Names) {
        match name {
            "contains" | "contains_any" => {
                self.contains = true;
                for arg in args {
                    self.looks_for(arg);
                }
            }
            "attribute" => self.attributes = true,
            "group" => {
                self.group_asked = true;
                // `desk.group(x)` or, in the other notation, `group(desk, x)`.
                match args.last() {
                    Some(Expr::StringConstant(slug, _)) => {
                        let id = names.groups.find(slug).and_then(|id| u16::try_from(id).ok());
                        self.groups.extend(id.map(GroupId));
                    }
                    _ => self.any_group = true,
                }
            }
            _ => {}
        }
    }

    fn looks_for(&mut self, arg: &Expr) {
        match arg {
            Expr::StringConstant(keyword, _) => {
                self.keywords.insert(keyword.to_string());
            }
            Expr::Array(items, _) => items.iter().for_each(|item| self.looks_for(item)),
            _ => {}
        }
    }
}
